package acceptance

import (
	"io"
	"strings"

	"github.com/flaneur-io/flaneur/offers/accept"
)

// The columns of coupons, in lower case; all but coupon may be missing. The file writes passenger with an a.
const (
	destination = iota
	company
	weather
	temperature
	hour
	coupon
	expiration
	gender
	age
	marital
	children
	education
	occupation
	income
	car
	bar
	coffeeHouse
	carryAway
	cheap
	dear
	far5
	far15
	far25
	sameWay
	otherWay
	couponColumns
)

var couponNames = [couponColumns]string{
	"destination", "passanger", "weather", "temperature", "time", "coupon", "expiration", "gender", "age", "maritalstatus", "has_children",
	"education", "occupation", "income", "car", "bar", "coffeehouse", "carryaway", "restaurantlessthan20", "restaurant20to50",
	"tocoupon_geq5min", "tocoupon_geq15min", "tocoupon_geq25min", "direction_same", "direction_opp",
}

// usual is the column that says how often the person goes where a coupon is for.
var usual = map[string]int{
	"Bar": bar, "Coffee House": coffeeHouse, "Carry out & Take away": carryAway, "Restaurant(<20)": cheap, "Restaurant(20-50)": dear,
}

func (d *Data) readCoupons(path string) error {
	file, err := locate(path, "uci_coupon", "coupon.csv", "in-vehicle-coupon-recommendation.csv")
	if err != nil {
		return err
	}
	d.File = file
	return open(file, func(in io.Reader) error {
		s, err := newSheet(file, in, "person_id", "coupon", "y")
		if err != nil {
			return err
		}
		var missing []string
		for _, c := range couponNames {
			if _, ok := s.columns[c]; !ok {
				missing = append(missing, c)
			}
		}
		if len(missing) > 0 {
			d.Notes = append(d.Notes, "there is no column "+strings.Join(missing, ", ")+": counted as never told")
		}
		seen := map[string]int{}
		for i := uint32(1); ; i++ {
			ok, err := s.next()
			if !ok {
				return err
			}
			if err := d.addCoupon(s, i, seen); err != nil {
				return err
			}
		}
	})
}

func (d *Data) addCoupon(s *sheet, line uint32, seen map[string]int) error {
	id, err := s.need("person_id")
	if err != nil {
		return err
	}
	name, err := s.need("coupon")
	if err != nil {
		return err
	}
	taken, err := s.yes("y")
	if err != nil {
		return err
	}
	split, err := splitOf(s)
	if err != nil {
		return err
	}
	var v [couponColumns]uint64
	for i, c := range couponNames {
		v[i] = word(s.cell(c))
	}
	habit := uint64(0)
	if i, ok := usual[name]; ok {
		habit = v[i]
	}
	d.split = d.split || split
	c := shown{person: d.person(id, seen), at: line, until: line, known: line, taken: taken, test: split, offer: v[coupon], immediate: true}
	c.main, c.crossed = couponFeatures(&v, habit)
	c.subjects = []uint32{
		subject(1), subject(2, v[coupon]), subject(3, v[coupon], v[expiration]), subject(4, v[expiration]),
		subject(5, v[coupon], v[destination]), subject(6, v[coupon], v[company]), subject(7, v[coupon], v[hour]),
	}
	c.scenes = []uint64{words(v[coupon], v[expiration], v[destination], v[hour], v[company]), words(v[coupon], v[expiration])}
	c.traits = []uint64{habit, v[expiration], v[destination]}
	d.cases = append(d.cases, c)
	return nil
}

// splitOf reports whether a row is for testing.
func splitOf(s *sheet) (test bool, err error) {
	switch strings.ToLower(s.cell("split")) {
	case "", "train", "valid":
		return false, nil
	case "test":
		return true, nil
	}
	return false, s.wrong("split", "train, valid or test")
}

// couponFeatures are the columns, and which of them go together: the coupon with all, the situation with itself and with
// the way.
func couponFeatures(v *[couponColumns]uint64, habit uint64) (main, crossed []accept.Feature) {
	const groupOne, groupTwo, groupThree = 100, 1000, 3000
	main = append(main, accept.Hash1(0, 0), accept.Hash2(1, v[coupon], habit))
	for k := range couponColumns {
		main = append(main, accept.Hash1(groupOne+uint32(k), v[k]))
	}
	crossed = append(crossed, main...)
	for a := range couponColumns {
		for b := a + 1; b < couponColumns; b++ {
			if a == coupon || b == coupon || b <= expiration || a <= hour && b >= far5 {
				crossed = append(crossed, accept.Hash2(groupTwo+uint32(a*couponColumns+b), v[a], v[b]))
			}
		}
	}
	for _, k := range []int{destination, company, weather, temperature, hour, expiration, age, marital, children, income, far5, far15, far25, sameWay} {
		crossed = append(crossed, accept.Hash3(groupThree+uint32(k), v[coupon], habit, v[k]))
	}
	for i, p := range [][2]int{{destination, company}, {destination, hour}, {expiration, company}} {
		crossed = append(crossed, accept.Hash3(groupThree+100+uint32(i), v[coupon], v[p[0]], v[p[1]]))
	}
	crossed = append(crossed, accept.Hash3(groupThree+200, words(v[coupon], v[expiration]), v[destination], v[company]))
	return main, crossed
}
