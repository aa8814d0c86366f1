// Package config is the server's configuration: defaults, then a YAML file, then the environment, then flags, each
// above the one before.
//
// A key is a path in the YAML file (limits.max_sessions), an environment variable (FLANEUR_LIMITS_MAX_SESSIONS) and a
// row of Reference: all three come from the tags of Config, so they can't disagree. An unknown key is an error that
// names the nearest known one, in the file and in the environment alike.
//
// It holds no secret, only paths of files that do (keys that end in _file), so the effective configuration may be
// printed. It opens no file but the one it is given, and logs nothing. A Config is a plain value.
package config
