package acceptance

import (
	"encoding/json"
	"errors"
	"fmt"
	"io"
	"math"
	"path/filepath"
	"strings"
	"time"

	"github.com/flaneur-io/flaneur/offers/accept"
)

// customer is a line of profile.json.
type customer struct {
	ID     string   `json:"id"`
	Gender *string  `json:"gender"`
	Age    float64  `json:"age"` // 118: not told
	Income *float64 `json:"income"`
	Since  string   `json:"became_member_on"` // 20170212
	months float64
}

func (d *Data) readLog(path string) error {
	file, err := locate(path, "starbucks", "offer_log.csv")
	if err != nil {
		return err
	}
	d.File = file
	customers, err := d.readCustomers(filepath.Dir(file))
	if err != nil {
		return err
	}
	return open(file, func(in io.Reader) error {
		s, err := newSheet(file, in, "customer_id", "received_hour", "offer_id", "offer_type", "duration_hours", "completed")
		if err != nil {
			return err
		}
		seen, unknown := map[string]int{}, map[string]bool{}
		for {
			ok, err := s.next()
			if err != nil {
				return err
			}
			if !ok {
				break
			}
			if err := d.addReceived(s, customers, seen); err != nil {
				return err
			}
			if id := s.cell("customer_id"); customers != nil && customers[id] == nil {
				unknown[id] = true
			}
		}
		if len(unknown) > 0 {
			d.Notes = append(d.Notes, fmt.Sprintf("%d customers are not in the file of profiles", len(unknown)))
		}
		return nil
	})
}

// readCustomers reads profile.json beside the log: one object per line, or one array of them.
func (d *Data) readCustomers(dir string) (map[string]*customer, error) {
	file, err := locate(dir, "", "profile.json")
	if err != nil {
		d.Notes = append(d.Notes, "there is no profile.json beside the log: nothing is known of customers but their answers")
		return nil, nil
	}
	out := map[string]*customer{}
	return out, open(file, func(in io.Reader) error {
		read := json.NewDecoder(in)
		for n := 1; ; n++ {
			var c customer
			err := read.Decode(&c)
			if errors.Is(err, io.EOF) {
				return nil
			}
			if err != nil {
				return fmt.Errorf("%s customer %d: %w", file, n, err)
			}
			since, err := time.Parse("20060102", c.Since)
			if err != nil && c.Since != "" {
				return fmt.Errorf("%s customer %d: became_member_on must be a day such as 20170212, not %q", file, n, c.Since)
			}
			if err == nil {
				c.months = float64(since.Year()*12) + float64(since.YearDay())/30.44
			}
			out[c.ID] = &c
		}
	})
}

// received is a row of the log.
type received struct {
	hour, duration, reward, difficulty float64
	offer, kind                        uint64
}

func (d *Data) addReceived(s *sheet, customers map[string]*customer, seen map[string]int) error {
	id, err := s.need("customer_id")
	if err != nil {
		return err
	}
	offer, err := s.need("offer_id")
	if err != nil {
		return err
	}
	const most = 1e6 // hours
	r := received{offer: word(offer), kind: word(s.cell("offer_type"))}
	for _, f := range []struct {
		column string
		to     *float64
	}{{"received_hour", &r.hour}, {"duration_hours", &r.duration}, {"reward", &r.reward}, {"difficulty", &r.difficulty}} {
		if _, ok := s.columns[f.column]; !ok {
			continue
		}
		if *f.to, err = s.number(f.column, most); err != nil {
			return err
		}
	}
	c := shown{person: d.person(id, seen), offer: r.offer, told: strings.EqualFold(s.cell("offer_type"), "informational")}
	c.at, c.until = uint32(r.hour*60), uint32((r.hour+r.duration)*60)
	c.known = c.until
	if !c.told || s.cell("completed") != "" {
		if c.taken, err = s.yes("completed"); err != nil {
			return err
		}
	}
	if c.taken && s.cell("completed_hour") != "" {
		done, err := s.number("completed_hour", most)
		if err != nil {
			return err
		}
		if done < r.hour {
			return s.wrong("completed_hour", "no earlier than received_hour")
		}
		c.known = uint32(done * 60)
	}
	if c.test, err = splitOf(s); err != nil {
		return err
	}
	d.split = d.split || c.test
	who := customers[id]
	if who == nil {
		who = &customer{Age: 118}
	}
	r.describe(&c, who)
	d.cases = append(d.cases, c)
	return nil
}

// step counts whole widths.
func step(v, width float64) uint64 { return uint64(int64(math.Floor(v / width))) }

// describe says what an offer is to a customer.
func (r *received) describe(c *shown, who *customer) {
	gender, income := uint64(0), -1.0
	if who.Gender != nil {
		gender = word(*who.Gender)
	}
	if who.Income != nil {
		income = *who.Income
	}
	hour, difficulty := uint64(r.hour), uint64(r.difficulty)
	earns, ages, year, quarter, half := step(income, 15000), step(who.Age, 10), step(who.months, 12), step(who.months, 3), step(who.months, 6)
	closer, closest := step(income, 10000), step(income, 5000)
	c.main = []accept.Feature{
		accept.Hash1(0, 0), accept.Hash1(1, r.offer), accept.Hash1(2, gender), accept.Hash1(3, earns), accept.Hash1(4, ages), accept.Hash1(5, year),
		accept.Hash1(6, quarter), accept.Hash1(7, r.kind), accept.Hash1(8, hour), accept.Hash1(9, difficulty), accept.Hash1(10, uint64(r.reward)),
		accept.Hash1(11, uint64(r.duration)), accept.Hash1(12, closest), accept.Hash1(13, step(who.Age, 3)), accept.Hash1(14, step(who.months, 1)),
	}
	c.crossed = append(c.crossed, c.main...)
	for i, p := range [][2]uint64{
		{hour, r.offer},
		{r.offer, gender},
		{r.offer, earns},
		{r.offer, ages},
		{r.offer, year},
		{gender, earns},
		{earns, year},
		{gender, year},
		{closest, r.offer},
		{quarter, r.offer},
		{half, earns},
		{half, ages},
		{earns, ages},
		{closer, quarter},
		{r.kind, closest},
		{difficulty, closest},
		{hour, uint64(r.duration)},
	} {
		c.crossed = append(c.crossed, accept.Hash2(100+uint32(i), p[0], p[1]))
	}
	for i, p := range [][3]uint64{
		{r.offer, earns, year},
		{r.offer, gender, year},
		{gender, earns, year},
		{words(r.offer, gender), earns, year},
		{r.offer, earns, ages},
		{gender, earns, ages},
		{closer, half, difficulty},
		{difficulty, closer, gender},
	} {
		c.crossed = append(c.crossed, accept.Hash3(200+uint32(i), p[0], p[1], p[2]))
	}
	c.subjects = []uint32{subject(1), subject(2, r.kind), subject(3, r.offer), subject(4, r.size())}
	c.scenes = []uint64{r.offer, words(r.kind, difficulty), difficulty}
	c.traits = []uint64{r.offer, earns, year}
}

// size is how much must be spent: little, some or much.
func (r *received) size() uint64 {
	switch {
	case r.difficulty > 10:
		return 2
	case r.difficulty > 5:
		return 1
	}
	return 0
}
