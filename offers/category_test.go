package offers_test

import (
	"compress/gzip"
	"encoding/csv"
	"errors"
	"io"
	"maps"
	"os"
	"path/filepath"
	"slices"
	"strings"
	"testing"

	"github.com/flaneur-io/flaneur/geo"
	"github.com/flaneur-io/flaneur/geo/hex"
	"github.com/flaneur-io/flaneur/offers"
)

// Names as check-in services and OpenStreetMap have them, by what the rails must make of them.
var (
	sensitiveNames = []string{
		"Adult Boutique", "Beer Store", "Wine Store", "Wine Shop", "Liquor Store", "Distillery", "Brewery", "Cocktail Bar", "Whisky Bar", "Dive Bar",
		"Hookah Bar", "Hookah Lounge", "Hotel Bar", "Wine Bar", "Beer Garden", "Pub", "Nightclub", "Nightlife Spot", "Drink", "Cigar Shop", "Smoke Shop",
		"Vape Store", "Off Track Betting", "Betting Shop", "Racetrack", "Bingo Hall", "Lottery Retailer", "Casino", "Gun Range", "Gun Shop",
		"Shooting Range", "Payday Loans", "Loans", "Credit Union", "Pawn Shop", "Money Lender", "Check Cashing Service", "Marijuana Dispensary",
		"Gentlemen's Club", "Strip Club", "Sex Shop", "Weight Loss Center", "Plastic Surgeon", "Dating Service",
		"shop=alcohol", "shop=wine", "amenity=bar", "amenity=pub", "amenity=biergarten", "amenity=casino", "amenity=gambling", "amenity=stripclub",
		"amenity=nightclub", "amenity=brothel", "amenity=love_hotel", "leisure=adult_gaming_centre", "leisure=amusement_arcade", "shop=pawnbroker",
		"shop=cannabis", "shop=erotic", "shop=tobacco", "shop=e-cigarette", "shop=weapons", "shop=lottery", "shop=bookmaker", "craft=brewery",
		"craft=winery", "shop = Alcohol",
	}
	quietNames = []string{
		"Hospital", "Emergency Room", "Medical Center", "Doctor's Office", "Dentist's Office", "Mental Health Office", "Rehab Center",
		"Abortion Clinic", "Urgent Care Center", "Nursing Home", "Hospice", "Church", "Temple", "Mosque", "Synagogue", "Monastery", "Shrine", "Cathedral",
		"Chapel", "Buddhist Temple", "Hindu Temple", "Sikh Temple", "Gurdwara", "Convent", "Prayer Room", "Spiritual Center", "Cemetery", "Graveyard",
		"Funeral Home", "Prison", "Jail", "Homeless Shelter", "Women's Shelter", "Elementary School", "High School", "Nursery School", "Preschool", "Daycare",
		"amenity=hospital", "amenity=clinic", "amenity=doctors", "amenity=dentist", "amenity=place_of_worship", "building=church", "landuse=cemetery",
		"amenity=grave_yard", "amenity=prison", "amenity=shelter", "amenity=social_facility", "amenity=kindergarten", "amenity=childcare",
		"amenity=school", "amenity=nursing_home", "healthcare=psychotherapist", "amenity=crematorium", "amenity=refugee_site",
	}
	plainNames = []string{
		"Juice Bar", "Salad Bar", "Sushi Bar", "Snack Bar", "Coffee Bar", "Espresso Bar", "Smoothie Bar", "Milk Bar", "Nail Bar", "Barber Shop", "Tea Room",
		"Italian Restaurant", "Bakery", "Bookstore", "Gym / Fitness Center", "Art Gallery", "Adult Education Center", "Airport Lounge", "Gift Shop",
		"shop=bakery", "shop=books", "shop=beverages", "shop=yes", "amenity=cafe", "amenity=fast_food", "cuisine=italian", "tourism=museum",
		"leisure=park", "Spa", "Supermarket", "Driving School", "Candy Store",
	}
)

// quiet reports whether nothing may be pushed at a place of a category.
func quiet(t *testing.T, category string) bool {
	t.Helper()
	c := offers.NewCatalogue(hex.Grid{})
	m := offers.NewMatcher(c, rails(t))
	must(t, c.PutPlace(&offers.Place{ID: "plc_a", Name: "x", Category: category, Point: square}))
	cell, err := hex.Grid{}.At(square, offers.Finest)
	must(t, err)
	return m.AtSensitivePlace(geo.Destination(square, 0, 40), cell, offers.Live)
}

func TestNamesOfSensitiveVenues(t *testing.T) {
	g := rails(t)
	for _, list := range []struct {
		names            []string
		sensitive, quiet bool
	}{{sensitiveNames, true, false}, {quietNames, false, true}, {plainNames, false, false}} {
		for _, name := range list.names {
			c := offers.NormalCategory(name)
			must(t, offers.CheckCategory(name, c))
			if got := g.Sensitive(c); got != list.sensitive {
				t.Errorf("%s is %s: sensitive %v", name, c, got)
			}
			if got := quiet(t, c); got != list.quiet {
				t.Errorf("%s is %s: a sensitive place %v", name, c, got)
			}
		}
	}
}

func TestNormalCategory(t *testing.T) {
	for name, want := range map[string]string{
		"Italian Restaurant": "restaurant.italian", "Food": "restaurant", "Café": "cafe", "Drugstore / Pharmacy": "health.pharmacy",
		"Doctor's Office": "health.clinic.doctor", "Gym / Fitness Center": "sport.gym", "Japanese Fast Food Restaurant": "restaurant.japanese",
		"Hobby Shop": "shop.hobby", "Sake Bar": "bar.sake", "supermarket": "supermarket", "  Weird -- Thing!! ": "weird_thing", "寿司": "", "": "",
		"Casino": "gambling.casino", "High School": "education.school", "Sushi Bar": "restaurant.sushi",
		"shop=bakery": "bakery", "shop=gift": "shop.gift", "shop=yes": "shop", "shop=": "shop", "=": "", "=cafe": "cafe", "cuisine=thai": "restaurant.thai",
		"office=lawyer": "office.lawyer", "amenity=restaurant": "restaurant", "amenity=bench": "bench", "shop=clothes;shoes": "shop.clothes_shoes",
		" Shop = Wine ": "shop.alcohol",
	} {
		got := offers.NormalCategory(name)
		if got != want {
			t.Errorf("%q is %q, want %q", name, got, want)
		}
		if got != "" {
			must(t, (&offers.Place{ID: "plc_a", Name: "x", Category: got, Point: square}).Validate())
		}
	}
}

func FuzzNormalCategory(f *testing.F) {
	f.Add("Italian Restaurant")
	f.Add(strings.Repeat("Ünder the very long Name of a ", 20) + "Restaurant")
	f.Add("___ Shop")
	f.Add("a.b.c.d.e Store")
	f.Add("shop=a=b;c")
	f.Fuzz(func(t *testing.T, s string) {
		if got := offers.NormalCategory(s); got != "" {
			must(t, (&offers.Place{ID: "plc_a", Name: "x", Category: got, Point: square}).Validate())
		}
	})
}

// What merchants write themselves is found by its words.
func TestRailsReadWords(t *testing.T) {
	g := rails(t)
	for category, want := range map[string]bool{
		"restaurant.bar": true, "loans": true, "alcohol.wine": true, "shop.wine_and_cheese": true, "bars": true, "shop.fine.whisky": true,
		"food.cafe.hookah_cafe": true, "payday_loans": true, "wine": true, "_bar": true, "bar_": true,
		"barber": false, "shop.barbecue": false, "swine": false, "sport.rowing": false, "shop.bargains": false, "": false, "culture.opera": false,
	} {
		if got := g.Sensitive(category); got != want {
			t.Errorf("%q: sensitive %v", category, got)
		}
	}
}

// TestRealNames prints (-v) what the rails make of the names of real venues, and checks the plain cases among them.
func TestRealNames(t *testing.T) {
	folder := os.Getenv("FLANEUR_TESTDATA")
	if folder == "" {
		t.Skip("FLANEUR_TESTDATA is not set: it names the folder that holds places/*.csv.gz")
	}
	files, err := filepath.Glob(filepath.Join(folder, "places", "*.csv.gz"))
	must(t, err)
	names := map[string]bool{}
	for _, file := range files {
		readNames(t, file, names)
	}
	if len(names) < 50 {
		t.Fatalf("only %d names of categories in %d files", len(names), len(files))
	}
	g := rails(t)
	sensitive, silent := []string{}, []string{}
	for _, name := range slices.Sorted(maps.Keys(names)) {
		switch c := offers.NormalCategory(name); {
		case c == "":
		case g.Sensitive(c):
			sensitive = append(sensitive, name)
		case quiet(t, c):
			silent = append(silent, name)
		default:
			t.Logf("plain: %-28s %s", name, c)
		}
	}
	t.Logf("sensitive: %s", strings.Join(sensitive, ", "))
	t.Logf("sensitive places: %s", strings.Join(silent, ", "))
	for _, want := range []string{"Drink", "Nightlife Spot", "bar", "biergarten", "nightclub", "pub", "stripclub"} {
		if names[want] && !slices.Contains(sensitive, want) {
			t.Errorf("%s is not sensitive", want)
		}
	}
	for _, want := range []string{"clinic", "dentist", "doctors", "grave_yard", "hospital", "kindergarten", "nursing_home", "place_of_worship", "prison", "school", "shelter", "social_facility"} {
		if names[want] && !slices.Contains(silent, want) {
			t.Errorf("%s is no sensitive place", want)
		}
	}
	for _, plain := range []string{"Food", "Shop & Service", "cafe", "cinema", "fast_food", "pharmacy", "restaurant", "theatre"} {
		if slices.Contains(sensitive, plain) || slices.Contains(silent, plain) {
			t.Errorf("%s is sensitive", plain)
		}
	}
}

// readNames adds the names of categories in a table of places.
func readNames(t *testing.T, file string, names map[string]bool) {
	t.Helper()
	f, err := os.Open(file)
	must(t, err)
	defer func() { _ = f.Close() }()
	z, err := gzip.NewReader(f)
	must(t, err)
	rows := csv.NewReader(z)
	head, err := rows.Read()
	must(t, err)
	column := max(slices.Index(head, "category"), slices.Index(head, "fclass"))
	if column < 0 {
		t.Fatalf("%s has no column of categories: %v", file, head)
	}
	for {
		row, err := rows.Read()
		if errors.Is(err, io.EOF) {
			return
		}
		must(t, err)
		names[row[column]] = true
	}
}
