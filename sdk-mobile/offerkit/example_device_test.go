package offerkit_test

import (
	"encoding/binary"
	"encoding/json"
	"fmt"
	"math"
	"strings"
	"time"

	"github.com/flaneur-io/flaneur/sdk-mobile/offerkit"
)

func ExampleKit_OptIn() {
	kit, _ := nobody()
	defer kit.Shutdown()
	choices := offerkit.NewChoices()
	choices.Location, choices.Push, choices.Policy = true, true, "2026-06"
	choices.Interests = "restaurant.italian,culture"
	err := kit.OptIn(choices, 10)
	fmt.Println(err, kit.OptedIn())
	// Output: <nil> true
}

func ExampleKit_OptedIn() {
	kit, _ := somebody()
	defer kit.Shutdown()
	fmt.Println(kit.OptedIn())
	// Output: true
}

func ExampleKit_Consents() {
	kit, _ := somebody()
	defer kit.Shutdown()
	c := kit.Consents()
	fmt.Println(c.Location, c.Push, c.Purchases, c.Mood, c.MoodLevel)
	// Output: true true true true help
}

func ExampleKit_HasConsent() {
	kit, _ := somebody()
	defer kit.Shutdown()
	fmt.Println(kit.HasConsent(offerkit.PurposeLocation))
	// Output: true
}

func ExampleKit_Grant() {
	kit, _ := somebody()
	defer kit.Shutdown()
	err := kit.Grant(offerkit.PurposePurchases, "2026-06") // the version of the text that was shown
	fmt.Println(err)
	// Output: <nil>
}

func ExampleKit_Withdraw() {
	kit, _ := somebody()
	defer kit.Shutdown()
	err := kit.Withdraw(offerkit.PurposeLocation)
	fmt.Println(err, kit.Stats().Buffered, kit.Plan().Priority == offerkit.PriorityNone)
	// Output: <nil> 0 true
}

func ExampleKit_AllowMood() {
	kit, _ := somebody()
	defer kit.Shutdown()
	notices, _ := kit.Notices("en", 10) // to be shown, and then:
	var shown struct{ Version string }
	_ = json.Unmarshal([]byte(notices), &shown)
	err := kit.AllowMood("quiet", "self", shown.Version)
	fmt.Println(err, kit.Flush(10), kit.Consents().MoodLevel)
	// Output: <nil> <nil> quiet
}

func ExampleKit_ForbidMoodSource() {
	kit, _ := somebody()
	defer kit.Shutdown()
	err := kit.ForbidMoodSource("self") // the only one: mood ends
	fmt.Println(err, kit.HasConsent(offerkit.PurposeMood))
	// Output: <nil> false
}

func ExampleKit_Notices() {
	kit, _ := somebody()
	defer kit.Shutdown()
	notices, err := kit.Notices("en", 10)
	fmt.Println(strings.Contains(notices, "version"), err)
	// Output: true <nil>
}

func ExampleKit_Moods() {
	kit, _ := somebody()
	defer kit.Shutdown()
	moods, err := kit.Moods("de", 10)
	fmt.Println(strings.Contains(moods, `"emoji"`), err)
	// Output: true <nil>
}

func ExampleKit_Start() {
	kit, _ := somebody()
	defer kit.Shutdown()
	err := kit.Start()
	fmt.Println(err, kit.Running())
	// Output: <nil> true
}

func ExampleKit_Stop() {
	kit, _ := somebody()
	defer kit.Shutdown()
	kit.Stop()
	fmt.Println(kit.Running())
	// Output: false
}

func ExampleKit_Running() {
	kit, _ := somebody()
	defer kit.Shutdown()
	fmt.Println(kit.Running())
	// Output: true
}

func ExampleKit_Shutdown() {
	kit, _ := somebody()
	defer kit.Shutdown()
	kit.Shutdown() // when the app ends
	err := kit.Start()
	fmt.Println(offerkit.ErrorCode(err.Error()))
	// Output: shutting_down
}

func ExampleKit_SetPreset() {
	kit, _ := somebody()
	defer kit.Shutdown()
	err := kit.SetPreset(offerkit.PresetEfficient)
	fmt.Println(err)
	// Output: <nil>
}

func ExampleKit_SetDevice() {
	kit, _ := somebody()
	defer kit.Shutdown()
	state := offerkit.NewDeviceState()
	state.BatteryPercent, state.PowerSave, state.Foreground = 15, true, false
	kit.SetDevice(state)
	fmt.Println(kit.Plan().Priority != offerkit.PriorityHigh)
	// Output: true
}

func ExampleKit_NetworkChanged() {
	kit, _ := somebody()
	defer kit.Shutdown()
	kit.NetworkChanged(false)
	err := kit.Track(offerkit.NewFix(47.996, 7.853, 8, noon.UnixMilli()))
	fmt.Println(err) // kept until there is a network
	// Output: <nil>
}

func ExampleKit_Plan() {
	kit, _ := somebody()
	defer kit.Shutdown()
	plan := kit.Plan()
	fmt.Println(plan.Priority != offerkit.PriorityNone, plan.IntervalSeconds > 0, plan.Reaches().Size() >= 0)
	// Output: true true true
}

func ExampleKit_Track() {
	kit, _ := somebody()
	defer kit.Shutdown()
	fix := offerkit.NewFix(47.9961, 7.8524, 8, noon.Add(time.Minute).UnixMilli())
	fix.SpeedMps = 1.3
	fmt.Println(kit.Track(fix))
	// Output: <nil>
}

func ExampleKit_FenceExited() {
	kit, _ := somebody()
	defer kit.Shutdown()
	fmt.Println(kit.FenceExited())
	// Output: <nil>
}

func ExampleKit_ReachEntered() {
	kit, offer := somebody()
	defer kit.Shutdown()
	err := kit.ReachEntered(offer.ID)
	fmt.Println(err)
	// Output: <nil>
}

func ExampleKit_Flush() {
	kit, _ := somebody()
	defer kit.Shutdown()
	err := kit.Flush(10)
	fmt.Println(err, kit.Stats().Buffered)
	// Output: <nil> 0
}

func ExampleKit_Stats() {
	kit, _ := somebody()
	defer kit.Shutdown()
	s := kit.Stats()
	fmt.Println(s.Measured, s.Accepted, s.Offers)
	// Output: 1 1 1
}

func ExampleKit_ReportMood() {
	kit, _ := somebody()
	defer kit.Shutdown()
	err := kit.ReportMood(0.6, -0.2) // pleasant and calm
	fmt.Println(err)
	// Output: <nil>
}

func ExampleKit_ReportMoodLabel() {
	kit, _ := somebody()
	defer kit.Shutdown()
	err := kit.ReportMoodLabel("relaxed")
	fmt.Println(err, kit.Mood().Known)
	// Output: <nil> true
}

func ExampleKit_HeartRate() {
	kit, _ := somebody()
	defer kit.Shutdown()
	err := kit.HeartRate([]byte{0x10, 64, 0xC0, 0x03}, noon.UnixMilli()) // 64 beats a minute, 960/1024 s since the last
	fmt.Println(offerkit.ErrorCode(err.Error()), "for want of mood.wearable")
	// Output: consent_required for want of mood.wearable
}

func ExampleKit_Samples() {
	kit, _ := somebody()
	defer kit.Shutdown()
	values := binary.LittleEndian.AppendUint32(nil, math.Float32bits(33.1)) // °C
	err := kit.Samples("temperature", 4, values, noon.UnixMilli())
	fmt.Println(offerkit.ErrorCode(err.Error()))
	// Output: consent_required
}

func ExampleKit_Face() {
	kit, _ := somebody()
	defer kit.Shutdown()
	err := kit.Face(make([]byte, 52*4), noon.UnixMilli())
	fmt.Println(offerkit.ErrorCode(err.Error()))
	// Output: consent_required
}

func ExampleKit_Mood() {
	kit, _ := somebody()
	defer kit.Shutdown()
	mood := kit.Mood()
	fmt.Println(mood.Known) // nobody has told anything yet
	// Output: false
}

func ExampleKit_Voice() {
	kit, _ := somebody()
	defer kit.Shutdown()
	speech := offerkit.NewProsody(8000)
	speech.PitchHz, speech.Rate = 180, 4.2
	err := kit.Voice(speech, noon.UnixMilli())
	fmt.Println(offerkit.ErrorCode(err.Error()))
	// Output: consent_required
}

func ExampleKit_Typing() {
	kit, _ := somebody()
	defer kit.Shutdown()
	err := kit.Typing(120, 6, 30_000, 4_000, noon.UnixMilli())
	fmt.Println(offerkit.ErrorCode(err.Error()))
	// Output: consent_required
}
