package main

import (
	"slices"
	"strings"

	"github.com/urfave/cli/v2"
)

// flagsFirst lets flags follow arguments (import FILE --strict), which urfave/cli takes for further arguments: it moves
// them before the arguments of the command that is called. After "--" everything is an argument. A group of commands has
// no arguments, unless its ArgsUsage names some.
func flagsFirst(commands []*cli.Command, args []string) []string {
	if slices.Contains(args, "--generate-bash-completion") {
		return args // its place matters
	}
	var called *cli.Command
	at := min(1, len(args))
	for ; at < len(args); at++ {
		i := slices.IndexFunc(commands, func(c *cli.Command) bool { return c.HasName(args[at]) })
		if i < 0 {
			break
		}
		called = commands[i]
		commands = called.Subcommands
	}
	if called == nil || len(called.Subcommands) > 0 && called.ArgsUsage == "" {
		return args
	}
	head := args[:at]
	var flags, rest []string
	for ; at < len(args); at++ {
		arg := args[at]
		switch {
		case arg == "--":
			rest = append(rest, args[at+1:]...)
			at = len(args)
		case len(arg) < 2 || arg[0] != '-': // "-" alone is standard input
			rest = append(rest, arg)
		default:
			flags = append(flags, arg)
			if takesValue(called, arg) && at+1 < len(args) {
				at++
				flags = append(flags, args[at])
			}
		}
	}
	if len(rest) > 0 {
		rest = append([]string{"--"}, rest...)
	}
	return slices.Concat(head, flags, rest)
}

// takesValue reports whether the word after a flag is its value.
func takesValue(c *cli.Command, arg string) bool {
	name, _, hasValue := strings.Cut(strings.TrimLeft(arg, "-"), "=")
	flag := flagOf(c, name)
	_, isSwitch := flag.(*cli.BoolFlag)
	return flag != nil && !hasValue && !isSwitch
}

// flagOf returns a command's flag, nil if it has none of that name.
func flagOf(c *cli.Command, name string) cli.Flag {
	for _, f := range c.Flags {
		if slices.Contains(f.Names(), name) {
			return f
		}
	}
	return nil
}
