package main

import (
	"io"

	"github.com/go-json-experiment/json"
	"github.com/go-json-experiment/json/jsontext"
	"github.com/urfave/cli/v2"
)

func jsonFlag() cli.Flag {
	return &cli.BoolFlag{Name: "json", Usage: "print JSON, for machines"}
}

// printJSON writes v as one indented JSON value.
func printJSON(c *cli.Context, v any) error {
	b, err := json.Marshal(v, jsontext.WithIndent("  "))
	if err != nil {
		return err
	}
	_, err = stdout(c).Write(append(b, '\n'))
	return err
}

func printText(c *cli.Context, s string) error {
	_, err := io.WriteString(stdout(c), s)
	return err
}
