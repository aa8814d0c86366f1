package offers

// Apart returns what is remembered of the person without anything that came from mood, and that alone, so that the two can
// be kept apart and for different times; ok is false if nothing came from mood. They share memory with p.
func (p *Person) Apart() (rest, moods Person, ok bool) {
	rest = *p
	rest.ForgetMood()
	moods = Person{lastMood: p.lastMood, spent: p.spent, moodTastes: p.moodTastes}
	return rest, moods, p.lastMood != lastMood{} || len(p.spent) > 0 || p.moodTastes != nil
}

// Rejoin takes from another person what came from mood: the second one of Apart.
func (p *Person) Rejoin(moods *Person) {
	p.lastMood, p.spent, p.moodTastes = moods.lastMood, moods.spent, moods.moodTastes
}
