package wearer

import "time"

// Activity is what the body does.
type Activity uint8

// The activities.
const (
	Sitting   Activity = iota // reading, working: small movements
	Resting                   // eyes closed, hands still
	Gesturing                 // standing, talking, with hands
	Walking                   // on foot, 1.3 m/s
)

// Contact is how the device sits.
type Contact uint8

// The contacts.
const (
	Worn  Contact = iota
	Loose         // light and sweat electrodes lose the skin now and then
	Off           // on a table
)

// Scene is a stretch of somebody's time: what they do, and where their mood is drawn to.
type Scene struct {
	Name             string // of the condition in labels; empty: unlabelled
	Lasts            time.Duration
	Activity         Activity
	Valence, Arousal float64 // added to where the affect tends to, -1 to 1
	Stress           float64 // 0 to 1; the person gets there within minutes
	Contact          Contact
	Lost             float64 // share of seconds that get lost between the device and the phone
}

// Laboratory is a visit to a stress laboratory, about 75 minutes: rest with magazines, funny clips, a talk before a
// committee (Trier Social Stress Test: Kirschbaum, Pirke & Hellhammer 1993), two meditations, and ways between.
// The order is that of Schmidt et al. 2018; every second person has clips and talk the other way round.
func Laboratory(swapped bool) []Scene {
	clips := []Scene{{Name: "amusement", Lasts: 390 * time.Second, Activity: Sitting, Valence: 0.35, Arousal: -0.05}, meditation("meditation1")}
	talk := []Scene{
		{Lasts: 3 * time.Minute, Activity: Gesturing, Valence: -0.1, Arousal: 0.2, Stress: 0.5}, // told what is to come
		{Name: "stress", Lasts: 11 * time.Minute, Activity: Gesturing, Valence: -0.2, Arousal: 0.2, Stress: 1},
		{Lasts: 6 * time.Minute, Activity: Sitting},
		meditation("meditation2"),
	}
	scenes := []Scene{
		{Lasts: 5 * time.Minute, Activity: Walking},
		{Lasts: 3 * time.Minute, Activity: Sitting},
		{Name: "baseline", Lasts: 20 * time.Minute, Activity: Sitting, Valence: 0.05, Arousal: -0.15},
		{Lasts: 2 * time.Minute, Activity: Walking},
	}
	pause := Scene{Lasts: 4 * time.Minute, Activity: Sitting}
	if swapped {
		return append(append(append(scenes, talk...), pause), append(clips, pause)...)
	}
	return append(append(append(scenes, clips...), pause), append(talk, pause)...)
}

func meditation(name string) Scene {
	return Scene{Name: name, Lasts: 7 * time.Minute, Activity: Resting, Valence: 0.15, Arousal: -0.35}
}
