package offers

import "slices"

// attributes is a constant table. Nothing in it may tell of health, religion, sexuality, origin or politics.
var attributes = []string{
	"student", "senior", "family", "tourist", "resident", "commuter", "home_worker", "cyclist", "driver", "dog_owner", "cat_owner",
	"vegetarian", "vegan", "early_bird", "night_owl", "gamer", "reader", "film_fan", "music_lover", "sports_fan", "gardener", "crafter",
}

// Attributes returns what people may tell about themselves, and audiences may speak of: a closed list. The caller owns it.
func Attributes() []string { return slices.Clone(attributes) }
