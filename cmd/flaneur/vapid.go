package main

import (
	"fmt"
	"os"

	"github.com/urfave/cli/v2"

	"github.com/flaneur-io/flaneur/push/webpush"
)

func vapidCommand() *cli.Command {
	return &cli.Command{
		Name: "vapid", Usage: "make the key pair for Web Push: the private key goes into a file, the public one is printed",
		Flags: []cli.Flag{&cli.StringFlag{Name: "to", Usage: "`FILE` for the private key; it must not exist yet", Required: true}},
		Action: func(c *cli.Context) error {
			private, public, err := webpush.NewKey()
			if err != nil {
				return err
			}
			if err := writeSecret(c.String("to"), private+"\n"); err != nil {
				return fmt.Errorf("key vapid: %w", err)
			}
			return printText(c, public+"\n")
		},
	}
}

// writeSecret makes a file that only its owner reads; one that is there already is left alone.
func writeSecret(file, text string) error {
	f, err := os.OpenFile(file, os.O_WRONLY|os.O_CREATE|os.O_EXCL, 0o600) //nolint:gosec // the operator names it
	if err != nil {
		return err
	}
	_, err = f.WriteString(text)
	if closed := f.Close(); err == nil {
		err = closed
	}
	return err
}
