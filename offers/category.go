package offers

import (
	"strings"
	"unicode"

	"github.com/flaneur-io/flaneur/internal/fault"
)

// CheckCategory refuses what is no slug: up to three words joined by dots, general to special; a word is lower-case
// letters, digits and underscores.
func CheckCategory(field, s string) error {
	if s == "" || len(s) > maxName {
		return fault.Field(field, "must be a category such as restaurant.italian, at most %d bytes", maxName)
	}
	words := strings.Split(s, ".")
	if len(words) > 3 {
		return fault.Field(field, "must have at most three levels, such as shop.clothes.shoes")
	}
	for _, w := range words {
		if w == "" || strings.Trim(w, "abcdefghijklmnopqrstuvwxyz0123456789_") != "" {
			return fault.Field(field, "must be lower-case words (a-z, 0-9, _) joined by dots, such as restaurant.italian")
		}
	}
	return nil
}

func checkCategories(field string, list []string, most int) error {
	if len(list) > most {
		return fault.Field(field, "must hold at most %d categories", most)
	}
	for i, c := range list {
		if err := CheckCategory(path(field, i), c); err != nil {
			return err
		}
	}
	return nil
}

// within reports whether a category is another one or lies below it.
func within(slug, other string) bool {
	rest, found := strings.CutPrefix(slug, other)
	return found && (rest == "" || rest[0] == '.')
}

// above returns the category above, or "".
func above(slug string) string {
	if dot := strings.LastIndexByte(slug, '.'); dot >= 0 {
		return slug[:dot]
	}
	return ""
}

// NormalCategory turns the name of a venue's category, as data sets have it ("Italian Restaurant", "shop=bakery"),
// into a category: by a table of usual names, by the key of a tag ("shop=…" is shop.…) or the ending ("… Restaurant" is
// restaurant.…), or else the name itself as one word. It returns "" if nothing is left.
func NormalCategory(s string) string {
	key, value, tagged := strings.Cut(s, "=")
	if !tagged {
		key, value = "", s
	}
	key, word := slug(key), slug(value)
	if tagged && (word == "" || word == "yes") {
		key, word = "", key
	}
	if c, ok := venues[word]; ok {
		return c
	}
	if c, ok := families[key]; ok {
		return cut(c + "." + word)
	}
	for _, e := range endings {
		if rest, ok := strings.CutSuffix(word, e.suffix); ok && rest != "" {
			return cut(e.category + "." + rest)
		}
	}
	return cut(word)
}

func cut(s string) string {
	if len(s) > maxName {
		s = s[:maxName]
	}
	return strings.TrimRight(s, "._")
}

// slug keeps ASCII letters and digits, lower-case, and joins words by one underscore.
func slug(s string) string {
	var b strings.Builder
	gap := false
	for _, r := range strings.ToLower(s) {
		if r == '\'' || r == '’' {
			continue
		}
		if folded, ok := folds[r]; ok {
			r = folded
		}
		if r > unicode.MaxASCII || !unicode.IsLetter(r) && !unicode.IsDigit(r) {
			gap = b.Len() > 0
			continue
		}
		if gap {
			b.WriteByte('_')
			gap = false
		}
		b.WriteRune(r)
	}
	return b.String()
}

// Constant table: letters with marks.
var folds = map[rune]rune{
	'á': 'a', 'à': 'a', 'â': 'a', 'ä': 'a', 'å': 'a', 'ã': 'a', 'ç': 'c', 'é': 'e', 'è': 'e', 'ê': 'e', 'ë': 'e', 'í': 'i', 'î': 'i',
	'ï': 'i', 'ñ': 'n', 'ó': 'o', 'ô': 'o', 'ö': 'o', 'õ': 'o', 'ø': 'o', 'ú': 'u', 'ù': 'u', 'û': 'u', 'ü': 'u', 'ß': 's',
}

// Constant table: what the ending of a name tells, the longer first.
var endings = []struct{ suffix, category string }{
	{"_fast_food_restaurant", "restaurant"},
	{"_restaurant", "restaurant"},
	{"_joint", "restaurant"},
	{"_steakhouse", "restaurant"},
	{"_bar", "bar"},
	{"_pub", "bar"},
	{"_store", "shop"},
	{"_shop", "shop"},
	{"_boutique", "shop"},
	{"_museum", "culture.museum"},
	{"_theater", "culture.theatre"},
	{"_school", "education.school"},
	{"_church", "worship"},
	{"_chapel", "worship"},
	{"_cathedral", "worship"},
	{"_temple", "worship"},
	{"_mosque", "worship"},
	{"_hospital", "health.hospital"},
	{"_clinic", "health.clinic"},
	{"_salon", "beauty"},
}

// Constant table: what the key of an OpenStreetMap tag tells when its value is not among the usual names.
var families = map[string]string{"shop": "shop", "office": "office", "craft": "craft", "cuisine": "restaurant", "healthcare": "health.clinic"}

// Constant table: usual names, as slugs, of OpenStreetMap and of check-in services.
var venues = map[string]string{
	"food": "restaurant", "restaurant": "restaurant", "pizza_place": "restaurant.pizza", "diner": "restaurant.diner",
	"burger_joint": "restaurant.burger", "sandwich_place": "restaurant.sandwich", "deli_bodega": "shop.deli", "food_truck": "restaurant.food_truck",
	"food_court": "restaurant.food_court", "fast_food": "restaurant.fast_food", "fast_food_restaurant": "restaurant.fast_food",
	"steakhouse": "restaurant.steak", "bbq_joint": "restaurant.bbq", "salad_place": "restaurant.salad", "breakfast_spot": "cafe.breakfast",
	"ice_cream_shop": "cafe.ice_cream", "ice_cream": "cafe.ice_cream", "dessert_shop": "cafe.dessert", "cafe": "cafe", "coffee_shop": "cafe.coffee",
	"tea_room": "cafe.tea", "bakery": "bakery", "bagel_shop": "bakery.bagel", "donut_shop": "bakery.donut",
	"bar": "bar", "pub": "bar.pub", "biergarten": "bar.beer_garden", "beer_garden": "bar.beer_garden", "drink": "drink", "brewery": "bar.brewery",
	"winery": "bar.winery", "nightlife_spot": "nightlife", "nightclub": "nightlife.club", "strip_club": "nightlife.strip_club", "stripclub": "nightlife.strip_club",
	"other_nightlife": "nightlife", "lounge": "bar.lounge", "speakeasy": "bar.speakeasy", "gastropub": "bar.pub",
	"juice_bar": "cafe.juice", "smoothie_bar": "cafe.juice", "coffee_bar": "cafe.coffee", "espresso_bar": "cafe.coffee", "milk_bar": "cafe.milk",
	"dessert_bar": "cafe.dessert", "snack_bar": "restaurant.snack", "salad_bar": "restaurant.salad", "sushi_bar": "restaurant.sushi",
	"noodle_bar": "restaurant.noodles", "nail_bar": "beauty.nails", "airport_lounge": "travel.lounge",
	"liquor_store": "shop.alcohol", "wine_shop": "shop.alcohol", "wine": "shop.alcohol", "alcohol": "shop.alcohol", "beverages": "shop.beverages",
	"smoke_shop": "shop.tobacco", "tobacco": "shop.tobacco", "tobacco_shop": "shop.tobacco", "vape_store": "shop.vape", "e_cigarette": "shop.vape",
	"casino": "gambling.casino", "racetrack": "gambling.racetrack", "betting_shop": "gambling.betting", "bookmaker": "gambling.betting",
	"lottery": "gambling.lottery", "lottery_retailer": "gambling.lottery", "gun_shop": "shop.weapons", "weapons": "shop.weapons",
	"credit_union": "finance.credit", "check_cashing_service": "finance.payday", "money_lender": "finance.credit", "pawnbroker": "shop.pawnbroker",
	"pawn_shop": "shop.pawnbroker", "bank": "finance.bank", "atm": "finance.atm",
	"supermarket": "supermarket", "grocery_store": "supermarket", "market": "supermarket.market", "convenience_store": "shop.convenience",
	"convenience": "shop.convenience", "greengrocer": "shop.greengrocer", "butcher": "shop.butcher", "farmers_market": "supermarket.market",
	"shop_service": "shop", "shop": "shop", "mall": "shop.mall", "department_store": "shop.department", "clothing_store": "shop.clothes",
	"clothes": "shop.clothes", "boutique": "shop.clothes", "shoe_store": "shop.shoes", "shoes": "shop.shoes", "bookstore": "shop.books",
	"books": "shop.books", "bookshop": "shop.books", "electronics_store": "shop.electronics", "electronics": "shop.electronics", "toy_store": "shop.toys",
	"toys": "shop.toys", "flower_shop": "shop.flowers", "florist": "shop.flowers", "bike_shop": "shop.bicycle", "bicycle": "shop.bicycle",
	"furniture_home_store": "shop.furniture", "hardware_store": "shop.hardware", "doityourself": "shop.hardware", "jewelry_store": "shop.jewellery",
	"jewelry": "shop.jewellery", "record_shop": "shop.music", "sporting_goods_shop": "shop.sports", "sports": "shop.sports", "kiosk": "shop.kiosk",
	"drugstore_pharmacy": "health.pharmacy", "drugstore": "shop.drugstore", "chemist": "shop.drugstore", "pharmacy": "health.pharmacy",
	"hospital": "health.hospital", "medical_center": "health.clinic", "clinic": "health.clinic", "doctors_office": "health.clinic.doctor",
	"doctors": "health.clinic.doctor", "dentists_office": "health.clinic.dentist", "dentist": "health.clinic.dentist", "veterinary": "pets.veterinary",
	"veterinarian": "pets.veterinary", "emergency_room": "health.hospital", "rehab_center": "health.addiction",
	"hospice": "health.hospice", "mental_health_office": "health.psychiatry", "psychotherapist": "health.psychiatry", "urgent_care": "health.clinic",
	"urgent_care_center": "health.clinic", "midwife": "health.clinic", "nursing_home": "social.nursing_home", "assisted_living": "social.nursing_home",
	"weight_loss_center": "health.weight_loss", "plastic_surgeon": "health.cosmetic_surgery",
	"church": "worship.church", "christian": "worship.church", "mosque": "worship.mosque", "muslim": "worship.mosque", "synagogue": "worship.synagogue",
	"jewish": "worship.synagogue", "temple": "worship.temple", "buddhist_temple": "worship.temple", "hindu_temple": "worship.temple", "shrine": "worship.shrine",
	"spiritual_center": "worship", "cathedral": "worship.cathedral", "chapel": "worship.chapel", "monastery": "worship.monastery",
	"convent": "worship.convent", "gurdwara": "worship.gurdwara", "prayer_room": "worship.prayer_room",
	"place_of_worship": "worship", "cemetery": "cemetery", "graveyard": "cemetery", "grave_yard": "cemetery", "funeral_home": "cemetery.funeral", "crematorium": "cemetery.crematorium",
	"school": "education.school", "elementary_school": "education.school", "middle_school": "education.school", "high_school": "education.school",
	"nursery_school": "education.kindergarten", "kindergarten": "education.kindergarten", "preschool": "education.kindergarten",
	"daycare": "education.kindergarten", "childcare": "education.kindergarten", "college_university": "education.university", "university": "education.university", "college": "education.university",
	"homeless_shelter": "social.shelter", "shelter": "social.shelter", "womens_shelter": "social.shelter", "refugee_site": "social.shelter",
	"social_facility": "social.facility", "prison": "prison", "jail": "prison",
	"driving_school": "education.driving", "language_school": "education.languages", "adult_education_center": "education.courses",
	"gym": "sport.gym", "gym_fitness_center": "sport.gym", "yoga_studio": "sport.yoga", "swimming_pool": "sport.pool", "pool": "sport.pool",
	"stadium": "sport.stadium", "sports_centre": "sport", "park": "outdoors.park", "playground": "outdoors.playground", "garden": "outdoors.garden",
	"beach": "outdoors.beach", "outdoors_recreation": "outdoors", "plaza": "outdoors.square",
	"arts_entertainment": "culture", "movie_theater": "culture.cinema", "cinema": "culture.cinema", "museum": "culture.museum",
	"art_gallery": "culture.gallery", "art_museum": "culture.museum", "music_venue": "culture.concert", "concert_hall": "culture.concert",
	"theater": "culture.theatre", "theatre": "culture.theatre", "opera_house": "culture.opera", "zoo": "culture.zoo", "library": "culture.library",
	"arts_centre": "culture.arts_centre", "event": "culture.event", "night_market": "supermarket.market",
	"salon_barbershop": "beauty.hair", "hairdresser": "beauty.hair", "spa": "beauty.spa", "spa_massage": "beauty.spa", "nail_salon": "beauty.nails",
	"cosmetics_shop": "shop.cosmetics", "beauty_shop": "shop.cosmetics", "tanning_salon": "beauty.tanning", "laundry_service": "service.laundry",
	"laundry": "service.laundry", "tailor_shop": "service.tailor", "post_office": "service.post", "gas_station": "service.fuel",
	"fuel": "service.fuel", "car_wash": "service.car_wash", "automotive_shop": "service.car_repair", "hotel": "travel.hotel", "hostel": "travel.hostel",
	"train_station": "travel.station", "subway": "travel.subway", "bus_station": "travel.bus", "airport": "travel.airport", "travel_transport": "travel",
	"travel_agency": "travel.agency", "professional_other_places": "office", "office": "office", "coworking_space": "office.coworking",
	"residence": "residence", "home_private": "residence", "dating_service": "dating", "sex_shop": "adult.shop", "erotic": "adult.shop", "brothel": "adult",
}
