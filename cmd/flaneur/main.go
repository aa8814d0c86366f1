// Command flaneur is the server, the tools of merchants and operators, the simulator and the demo, in one file.
package main

import (
	"context"
	"errors"
	"fmt"
	"io"
	"os"
	"os/signal"
	"strings"
	"syscall"
	_ "time/tzdata" // people's zones must be known on machines without a zone database

	"github.com/urfave/cli/v2"

	"github.com/flaneur-io/flaneur/internal/eval/affect"
	"github.com/flaneur-io/flaneur/internal/fault"
)

// Exit codes: 0 all well, 1 it failed, 2 it was called wrongly.
const (
	exitFailed = 1
	exitUsage  = 2
)

func main() { os.Exit(run(os.Args)) }

// run is the program: tests call it too.
func run(args []string) int { return runApp(newApp(), args) }

func runApp(app *cli.App, args []string) int {
	ctx, stop := signal.NotifyContext(context.Background(), os.Interrupt, syscall.SIGTERM)
	defer stop()
	err := app.RunContext(ctx, flagsFirst(app.Commands, args))
	if err == nil {
		return 0
	}
	if errors.Is(err, context.Canceled) && ctx.Err() != nil {
		fmt.Fprintln(os.Stderr, "flaneur: interrupted") // before the end: what was to be done is not
		return exitFailed
	}
	switch {
	case errors.Is(err, errScenarios): // what failed was printed
		return exitFailed
	case errors.Is(err, errUnreadable):
		return exitUsage
	}
	var use usageError
	if errors.As(err, &use) {
		fmt.Fprintf(os.Stderr, "flaneur: %v\nTry: flaneur %s--help\n", use.err, use.command)
		return exitUsage
	}
	fmt.Fprintf(os.Stderr, "flaneur: %s\n", explain(err))
	if f := fault.From(err); f.Kind == fault.Invalid && f.Code == fault.CodeUnknownField {
		return exitUsage
	}
	return exitFailed
}

func newApp() *cli.App {
	app := &cli.App{
		Name:                 "flaneur",
		Usage:                "offers that fit the place, the moment and the mood, for people who asked for them",
		EnableBashCompletion: true,
		Suggest:              true,
		HideHelpCommand:      true,
		// A comma in --set belongs to the value.
		DisableSliceFlagSeparator: true,
		Version:                   version(),
		Commands: []*cli.Command{
			serveCommand(), demoCommand(), simulateCommand(), checkCommand(), evalCommand(affect.Recipes()),
			merchantCommand(), placeCommand(), stockCommand(), offerCommand(), webhookCommand(), userCommand(), tillCommand(),
			keyCommand(), dbCommand(), learningCommand(), configCommand(), completionCommand(), versionCommand(),
		},
		ExitErrHandler: func(*cli.Context, error) {}, // run decides
		Action: func(c *cli.Context) error {
			if c.Args().Present() {
				return usage(c, "there is no command %q", c.Args().First())
			}
			return cli.ShowAppHelp(c)
		},
	}
	markUsageErrors(app.Commands)
	app.OnUsageError = asUsageError
	return app
}

// usageError is a call that can't be right, as told apart from one that failed.
type usageError struct {
	command string
	err     error
}

func (e usageError) Error() string { return e.err.Error() }

func usage(c *cli.Context, format string, args ...any) error {
	return asUsageError(c, fmt.Errorf(format, args...), true)
}

func asUsageError(c *cli.Context, err error, _ bool) error {
	var use usageError
	if errors.As(err, &use) {
		return err
	}
	path := ""
	for _, at := range c.Lineage() {
		if at.Command != nil && at.Command.Name != "" && at.Command.Name != c.App.Name {
			path = at.Command.Name + " " + path
		}
	}
	return usageError{command: path, err: err}
}

func markUsageErrors(commands []*cli.Command) {
	for _, c := range commands {
		c.OnUsageError = asUsageError
		markUsageErrors(c.Subcommands)
		if len(c.Subcommands) > 0 && c.Action == nil {
			c.Action = func(c *cli.Context) error {
				if c.Args().Present() {
					return usage(c, "there is no command %q", c.Args().First())
				}
				return cli.ShowSubcommandHelp(c)
			}
		}
	}
}

// explain says what went wrong and, where we know it, what to do about it.
func explain(err error) string {
	var f *fault.Error
	if !errors.As(err, &f) {
		return err.Error()
	}
	text := f.Detail
	if f.Field != "" {
		text = f.Field + ": " + text
	}
	if where, ok := strings.CutSuffix(err.Error(), f.Error()); ok {
		text = where + text
	}
	if cause := f.Unwrap(); cause != nil {
		text += " (" + cause.Error() + ")"
	}
	if hint, ok := hints[f.Code]; ok {
		text += "\nHint: " + hint
	}
	return text
}

var hints = map[string]string{
	fault.CodeUnauthorized: "keys come from flaneur key create, device tokens from flaneur user opt-in",
	fault.CodeUnavailable:  "see that the server runs (flaneur serve) and that --server names it",
	fault.CodeModeMismatch: "a test key sees test data only, a live key live data only",
}

// stdout is where results go; everything else goes to standard error.
func stdout(c *cli.Context) io.Writer { return c.App.Writer }
