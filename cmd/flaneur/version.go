package main

import (
	"fmt"
	"runtime"
	"runtime/debug"

	"github.com/urfave/cli/v2"
)

// version is what the build knows of itself: a module version, or the commit.
func version() string {
	info, ok := debug.ReadBuildInfo()
	if !ok {
		return "unknown"
	}
	v := info.Main.Version
	for _, s := range info.Settings {
		if s.Key == "vcs.revision" && (v == "" || v == "(devel)") {
			v = s.Value[:min(12, len(s.Value))]
		}
	}
	if v == "" || v == "(devel)" {
		return "devel"
	}
	return v
}

func versionCommand() *cli.Command {
	return &cli.Command{
		Name: "version", Usage: "show what this is",
		Flags: []cli.Flag{jsonFlag()},
		Action: func(c *cli.Context) error {
			v := struct {
				Version string `json:"version"`
				Go      string `json:"go"`
				OS      string `json:"os"`
				Arch    string `json:"arch"`
			}{version(), runtime.Version(), runtime.GOOS, runtime.GOARCH}
			if c.Bool("json") {
				return printJSON(c, v)
			}
			_, err := fmt.Fprintf(stdout(c), "flaneur %s (%s, %s/%s)\n", v.Version, v.Go, v.OS, v.Arch)
			return err
		},
	}
}

func completionCommand() *cli.Command {
	return &cli.Command{
		Name: "completion", Usage: "print a completion script for a shell", ArgsUsage: "bash|zsh|fish",
		Description: "For bash: source <(flaneur completion bash). For zsh: source <(flaneur completion zsh).\n" +
			"For fish: flaneur completion fish | source.",
		Action: func(c *cli.Context) error {
			switch shell := c.Args().First(); shell {
			case "bash":
				return printText(c, bashCompletion)
			case "zsh":
				return printText(c, zshCompletion)
			case "fish":
				script, err := c.App.ToFishCompletion()
				if err != nil {
					return err
				}
				return printText(c, script)
			default:
				return usage(c, "completion needs one of bash, zsh, fish, not %q", shell)
			}
		},
	}
}

// The scripts ask the program itself: urfave/cli answers --generate-bash-completion.
const (
	bashCompletion = `_flaneur() {
  local cur="${COMP_WORDS[COMP_CWORD]}" words
  words=$("${COMP_WORDS[@]:0:$COMP_CWORD}" --generate-bash-completion 2>/dev/null)
  COMPREPLY=($(compgen -W "$words" -- "$cur"))
}
complete -o bashdefault -o default -F _flaneur flaneur
`
	zshCompletion = `#compdef flaneur
_flaneur() {
  local -a found
  found=("${(@f)$("${(@)words[1,CURRENT-1]}" --generate-bash-completion 2>/dev/null)}")
  compadd -- $found
}
compdef _flaneur flaneur
`
)
