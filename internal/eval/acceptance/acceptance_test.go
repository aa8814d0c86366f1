package acceptance

import (
	"bytes"
	"context"
	"encoding/json"
	"fmt"
	"math"
	"math/rand/v2"
	"os"
	"path/filepath"
	"strings"
	"testing"
)

func write(t *testing.T, name string, lines ...string) string {
	t.Helper()
	path := filepath.Join(t.TempDir(), name)
	if err := os.WriteFile(path, []byte(strings.Join(lines, "\n")+"\n"), 0o600); err != nil {
		t.Fatal(err)
	}
	return path
}

// coupons invents people who answer 12 coupons each: who likes bars takes them, friends help, and some take nearly all. The
// last third is tested, if split says so.
func coupons(people int, split bool) []string {
	rng := rand.New(rand.NewPCG(1, 2))
	lines := []string{"person_id,destination,passanger,time,coupon,expiration,Bar,CoffeeHouse,Y,split"}
	for p := range people {
		likes, eager, part := rng.IntN(2), rng.NormFloat64()*1.5, "train"
		if split && p >= people*2/3 {
			part = "test"
		}
		for range 12 {
			company, coupon := rng.IntN(2), rng.IntN(2)
			logit := eager + float64(company) - 0.5
			if coupon == 0 {
				logit += 3*float64(likes) - 1.5
			}
			y := 0
			if rng.Float64() < 1/(1+math.Exp(-logit)) {
				y = 1
			}
			lines = append(lines, fmt.Sprintf("p%d,Home,%s,6PM,%s,1d,never,1~3,%d,%s", p, []string{"Alone", "Friend(s)"}[company], []string{"Bar", "Coffee House"}[coupon], y, part))
		}
	}
	return lines
}

func evaluate(t *testing.T, kind, path string, o Options) *Result {
	t.Helper()
	d, err := Read(kind, path)
	if err != nil {
		t.Fatal(err)
	}
	r, err := Evaluate(context.Background(), d, o)
	if err != nil {
		t.Fatal(err)
	}
	return r
}

func TestOwnAnswersHelp(t *testing.T) {
	var log []string
	r := evaluate(t, UCI, write(t, "coupon.csv", coupons(60, false)...), Options{Folds: 2, Log: func(line string) { log = append(log, line) }})
	if r.Online.Cases != 60*12 || r.Fair != 60*12 || r.Data.People != 60 {
		t.Errorf("%d cases, %d checked, %d people", r.Online.Cases, r.Fair, r.Data.People)
	}
	if r.Online.AUC < r.Without.AUC+0.05 || r.Without.AUC < 0.52 || r.Online.LogLoss > r.Without.LogLoss {
		t.Errorf("AUC %.3f with own answers, %.3f without; log loss %.3f, %.3f", r.Online.AUC, r.Without.AUC, r.Online.LogLoss, r.Without.LogLoss)
	}
	if in := r.Online.Intervals.AUC; !(in.Low < r.Online.AUC && r.Online.AUC < in.High) {
		t.Errorf("AUC %.3f is not within %v", r.Online.AUC, in)
	}
	if r.Random == nil || r.Random.Cases != 60*12 || r.Random.AUC < 0.5 {
		t.Errorf("random split: %+v", r.Random)
	}
	if first := r.Earlier[0]; first.Answers != "0" || first.Online.Cases != 60 {
		t.Errorf("%+v", first)
	}
	chosen := 0
	for _, s := range r.Settings {
		chosen += s.Chosen
	}
	if text := strings.Join(log, "\n"); chosen != 2*3 || strings.Count(text, "chosen") != chosen || !strings.Contains(text, "held out of the training part") {
		t.Errorf("%d chosen; log:\n%s", chosen, text)
	}
	var page bytes.Buffer
	if err := r.WritePage(&page); err != nil || !strings.Contains(page.String(), "<svg") || strings.Contains(page.String(), "NaN") {
		t.Errorf("page: %v", err)
	}
	if _, err := json.Marshal(r); err != nil {
		t.Error(err)
	}
}

// What a person answers later, and what is asked of them later, changes nothing that was said before; and nothing that is said
// of others.
func TestTheFutureIsNotSeen(t *testing.T) {
	lines := coupons(45, true)
	said := func(lines []string) (out map[[2]int]float64) {
		out = map[[2]int]float64{}
		evaluate(t, UCI, write(t, "coupon.csv", lines...), Options{keep: func(all []answer) {
			for i := range all {
				out[[2]int{all[i].person, all[i].index}] = all[i].p[online]
			}
		}})
		return out
	}
	before := said(lines)
	const from = 1 + 40*12 + 5 // row of person 40, who is tested
	other := append([]string(nil), lines...)
	for i := from; i < 1+41*12; i++ {
		row := strings.Split(lines[1+41*12-(i-from)-1], ",") // in another order, and the answers turned around
		row[8] = string('0' + '1' - row[8][0])
		other[i] = strings.Join(row, ",")
	}
	after := said(other)
	changed := 0
	for key, p := range before {
		if after[key] == p {
			continue
		}
		changed++
		if person, row := key[0], key[1]+1; person != 40 || row < from {
			t.Errorf("case %d of person %d: %.4f before, %.4f after", row, person, p, after[key])
		}
	}
	if changed == 0 {
		t.Error("nothing changed: the answers are not used at all")
	}
}

func TestALeakIsSeen(t *testing.T) {
	for kind, path := range map[string]string{UCI: write(t, "coupon.csv", coupons(45, true)...), Starbucks: log(t)} {
		d, err := Read(kind, path)
		if err != nil {
			t.Fatal(err)
		}
		r, err := Evaluate(context.Background(), d, Options{Folds: 2, peek: true})
		if r != nil || err == nil || !strings.Contains(err.Error(), "not fair") {
			t.Errorf("%s: %v, %v", kind, r, err)
		}
	}
}

// log invents customers: those with an income of 90,000 complete offers, the others hardly; and some never do.
func log(t *testing.T) string {
	t.Helper()
	rng := rand.New(rand.NewPCG(3, 4))
	lines := []string{"split,customer_id,received_hour,offer_id,offer_type,reward,difficulty,duration_hours,completed,completed_hour"}
	var profiles []string
	for p := range 60 {
		rich, never := rng.IntN(2) == 0, rng.IntN(3) == 0
		income := 30000
		if rich {
			income = 90000
		}
		profiles = append(profiles, fmt.Sprintf(`{"gender": null, "age": 40, "id": "c%d", "became_member_on": "20170212", "income": %d.0}`, p, income))
		for i := range 5 {
			at := i * 100
			if rng.IntN(5) == 0 {
				lines = append(lines, fmt.Sprintf("train,c%d,%d,news,informational,0,0,72,0,", p, at))
				continue
			}
			done, hour := 0, ""
			if !never && (rich || rng.IntN(4) == 0) {
				done, hour = 1, fmt.Sprint(at+25*rng.IntN(7)) // often in the hour of the next offer: not known by then
			}
			lines = append(lines, fmt.Sprintf("train,c%d,%d,o%d,bogo,5,%d,168,%d,%s", p, at, i%2, 5+5*(i%2), done, hour))
		}
	}
	path := write(t, "offer_log.csv", lines...)
	if err := os.WriteFile(filepath.Join(filepath.Dir(path), "profile.json"), []byte(strings.Join(profiles, "\n")), 0o600); err != nil {
		t.Fatal(err)
	}
	return filepath.Dir(path)
}

func TestOfferLog(t *testing.T) {
	r := evaluate(t, Starbucks, log(t), Options{Folds: 2})
	if r.Without.AUC < 0.65 || r.Online.AUC < r.Without.AUC {
		t.Errorf("AUC %.3f with own answers, %.3f without", r.Online.AUC, r.Without.AUC)
	}
	if r.Online.Cases >= r.Data.Shown || len(r.Data.Notices) != 0 {
		t.Errorf("%d cases of %d shown; %v", r.Online.Cases, r.Data.Shown, r.Data.Notices)
	}
}

func TestBrokenFilesAreNamedWithLineAndField(t *testing.T) {
	const head, logHead = "person_id,coupon,Y", "customer_id,received_hour,offer_id,offer_type,duration_hours,completed,completed_hour"
	for _, c := range []struct{ name, kind, text, want string }{
		{"no answer", UCI, "person_id,coupon\n1,Bar", "coupon.csv line 1: there must be a column y"},
		{"no person", UCI, head + "\n,Bar,1", `coupon.csv line 2: person_id must be told, not ""`},
		{"odd answer", UCI, head + "\n1,Bar,1\n1,Bar,perhaps", `coupon.csv line 3: y must be 0 or 1, not "perhaps"`},
		{"short row", UCI, head + "\n1,Bar", "coupon.csv: record on line 2: wrong number of fields"},
		{"odd split", UCI, head + ",split\n1,Bar,1,later", `coupon.csv line 2: split must be train, valid or test, not "later"`},
		{"empty", UCI, "", "coupon.csv line 1: must name the columns"},
		{"no hour", Starbucks, logHead + "\nc,soon,o,bogo,5,1,6", `line 2: received_hour must be a number from 0 to 1e+06, not "soon"`},
		{"done before", Starbucks, logHead + "\nc,10,o,bogo,5,1,6", `line 2: completed_hour must be no earlier than received_hour, not "6"`},
		{"odd kind", "mine", "x", `there is no kind "mine", only uci and starbucks`},
	} {
		_, err := Read(c.kind, write(t, "coupon.csv", c.text))
		if err == nil || !strings.Contains(err.Error(), c.want) {
			t.Errorf("%s: %v, want %s", c.name, err, c.want)
		}
	}
	if _, err := Read(UCI, t.TempDir()); err == nil || !strings.Contains(err.Error(), "there is no coupon.csv") {
		t.Errorf("empty directory: %v", err)
	}
	dir := log(t)
	if err := os.WriteFile(filepath.Join(dir, "profile.json"), []byte(`{"id": "c1", "became_member_on": "soon"}`), 0o600); err != nil {
		t.Fatal(err)
	}
	if _, err := Read(Starbucks, dir); err == nil || !strings.Contains(err.Error(), `profile.json customer 1: became_member_on must be a day`) {
		t.Errorf("odd profile: %v", err)
	}
}

// A file in which all are to be tested is dealt into parts; one that says who is tested is believed.
func TestTheFileSaysWhoIsTested(t *testing.T) {
	lines := coupons(45, true)
	r := evaluate(t, UCI, write(t, "coupon.csv", lines...), Options{})
	if r.Online.Cases != 15*12 || r.Random != nil || !strings.Contains(r.Protocol.Split, "30 people to learn from, 15 to test") {
		t.Errorf("%d cases; %s; %v", r.Online.Cases, r.Protocol.Split, r.Random)
	}
	for i := range lines[1:] {
		lines[1+i] = strings.Replace(lines[1+i], ",train", ",test", 1)
	}
	d, err := Read(UCI, write(t, "coupon.csv", lines...))
	if err != nil || d.split || !strings.Contains(strings.Join(d.Notes, "; "), "all rows are for testing") {
		t.Errorf("split %t, %v, %v", d.split, d.Notes, err)
	}
}

func TestTooFewPeople(t *testing.T) {
	for _, split := range []bool{false, true} {
		d, err := Read(UCI, write(t, "coupon.csv", coupons(12, split)...))
		if err != nil {
			t.Fatal(err)
		}
		if _, err := Evaluate(context.Background(), d, Options{}); err == nil || !strings.Contains(err.Error(), "must hold 30 people at least, not 12") {
			t.Errorf("%v", err)
		}
	}
	lines := coupons(45, true)
	lines[2] = strings.Replace(lines[2], "train", "test", 1)
	d, err := Read(UCI, write(t, "coupon.csv", lines...))
	if err != nil {
		t.Fatal(err)
	}
	if _, err := Evaluate(context.Background(), d, Options{}); err == nil || !strings.Contains(err.Error(), "split must be the same in all rows of person p0") {
		t.Errorf("%v", err)
	}
}

func TestWeightedAUC(t *testing.T) {
	all := []answer{{person: 7, taken: true}, {person: 7}, {person: 9, taken: true}, {person: 9}}
	for i, p := range []float64{0.9, 0.2, 0.2, 0.4} {
		all[i].p[online] = p
	}
	r := rank(all, online, map[int]int{7: 0, 9: 1})
	if got := r.auc(nil); math.Abs(got-0.625) > 1e-9 { // above .2 and .4; at .2 half, below .4
		t.Errorf("AUC %g", got)
	}
	if got := r.auc([]float64{2, 0}); got != 1 {
		t.Errorf("AUC of the first person, twice: %g", got)
	}
}

// The figures that are promised, on the real files.
func TestRealData(t *testing.T) {
	dir := os.Getenv("FLANEUR_TESTDATA")
	if dir == "" {
		t.Skip("FLANEUR_TESTDATA names no folder with offers/uci_coupon and offers/starbucks")
	}
	for kind, least := range map[string][2]float64{UCI: {0.82, 0.765}, Starbucks: {0.83, 0.80}} {
		r := evaluate(t, kind, dir, Options{})
		if float64(r.Online.AUC) < least[0] || float64(r.Without.AUC) < least[1] || r.Online.ECE > 0.03 {
			t.Errorf("%s: AUC %.4f with own answers, %.4f without; ECE %.4f", kind, r.Online.AUC, r.Without.AUC, r.Online.ECE)
		}
	}
}
