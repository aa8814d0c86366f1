package main

import (
	"bytes"
	"fmt"
	"os"
	"path/filepath"
	"slices"
	"strings"

	"github.com/urfave/cli/v2"

	"github.com/flaneur-io/flaneur/internal/eval/affect"
	"github.com/flaneur-io/flaneur/internal/fault"
)

// evalCommand compares these recipes.
func evalCommand(mood []affect.Recipe) *cli.Command {
	return &cli.Command{
		Name:        "eval",
		Usage:       "measure estimates and matchers, on recorded data or among invented people",
		Subcommands: []*cli.Command{evalMoodCommand(mood), evalRankingCommand(), evalAcceptanceCommand(), evalPolicyCommand(), evalMatchingCommand()},
	}
}

func evalMoodCommand(recipes []affect.Recipe) *cli.Command {
	return &cli.Command{
		Name:  "mood",
		Usage: "how well is mood told from a wrist, for people whom the weights never saw",
		Description: "Reads DIR/wesad_wrist/SUBJECT/{BVP,EDA,TEMP,ACC}.csv(.gz), labels.csv and self_report.csv, and DIR/diary/ema.csv(.gz)\n" +
			"if it is there. Each person's recording is read by weights that were fitted on the others alone; that this is so is\n" +
			"checked every time. What the figures mean: docs/mood-quality.md. Needs no server. Exit code 0: done; 1: the data\n" +
			"are broken, or something leaked; 2: called wrongly.",
		Flags: []cli.Flag{
			&cli.StringFlag{Name: "data", Usage: "`DIR` of the recordings"},
			&cli.StringFlag{Name: "subjects", Usage: "test only these `SUBJECTS`, such as S2,S3; the others in DIR still teach (default: all)"},
			jsonFlag(),
			&cli.StringFlag{Name: "fit", Usage: "also write weights fitted on all whom it tests to `FILE`"},
			&cli.StringFlag{Name: "report", Usage: "also write a page with charts to `FILE`"},
		},
		Action: func(c *cli.Context) error { return evalMood(c, recipes) },
	}
}

func evalMood(c *cli.Context, recipes []affect.Recipe) error {
	dir := c.String("data")
	switch info, err := os.Stat(dir); {
	case c.Args().Present():
		return usage(c, "%q is too much", c.Args().First())
	case dir == "":
		return usage(c, "--data is missing: the directory of the recordings")
	case err != nil || !info.IsDir():
		return usage(c, "--data: there is no directory %s", dir)
	}
	var subjects []string
	if list := c.String("subjects"); list != "" {
		subjects = strings.Split(list, ",")
	}
	found, err := affect.Subjects(dir)
	if err != nil {
		return err
	}
	for _, s := range subjects {
		if !slices.Contains(found, s) {
			return usage(c, "--subjects: there is no %q in %s, only %s", s, dir, strings.Join(found, ", "))
		}
	}
	recordings, notices, err := affect.Read(dir)
	if err != nil {
		return err
	}
	var teachers []affect.Recording
	if len(subjects) > 0 {
		if recordings, teachers = split(recordings, subjects); len(recordings) == 0 {
			return fault.Field("subjects", "none of them has a recording that can be used: %s", strings.Join(notices, "; "))
		}
	}
	diary, err := affect.ReadDiary(dir)
	if err != nil {
		return err
	}
	bar := progress(1, "people")
	result, err := affect.Evaluate(c.Context, recordings, affect.Options{Recipes: recipes, Teachers: teachers, Diary: diary, Notices: notices, Progress: func(done, of int) {
		bar.ChangeMax(of)
		_ = bar.Set(done)
	}})
	if err != nil {
		return err
	}
	if err := writeMoodFiles(c, recordings, result); err != nil {
		return err
	}
	if c.Bool("json") {
		return printJSON(c, result)
	}
	_, err = stdout(c).Write(moodText(result))
	return err
}

// split parts those who are tested from the rest.
func split(recordings []affect.Recording, subjects []string) (tested, rest []affect.Recording) {
	for _, r := range recordings {
		if slices.Contains(subjects, r.Subject) {
			tested = append(tested, r)
		} else {
			rest = append(rest, r)
		}
	}
	return tested, rest
}

func writeMoodFiles(c *cli.Context, recordings []affect.Recording, result *affect.Result) error {
	if name := c.String("fit"); name != "" {
		table, err := affect.Table(recordings)
		if err != nil {
			return err
		}
		if err := os.WriteFile(filepath.Clean(name), table, 0o644); err != nil {
			return err
		}
	}
	name := c.String("report")
	if name == "" {
		return nil
	}
	var page bytes.Buffer
	if err := result.WritePage(&page); err != nil {
		return err
	}
	if err := os.WriteFile(filepath.Clean(name), page.Bytes(), 0o644); err != nil {
		return fmt.Errorf("report: %w", err)
	}
	return nil
}
