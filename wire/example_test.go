package wire_test

import (
	"fmt"

	"github.com/flaneur-io/flaneur/wire"
)

func ExampleCodec_Append() {
	p := &wire.Position{Seq: 2, Fixes: []wire.Fix{{Lat: 52.5200066, Lon: 13.404954, Accuracy: 8.5, Speed: 1.25, Course: -1, At: 1767225600000}}}
	text, _ := wire.JSON.Append(nil, p)
	fmt.Printf("%s\n", text)
	binary, _ := wire.Binary.Append(nil, p)
	fmt.Printf("%x\n", binary)
	// Output:
	// {"t":"position","seq":2,"fixes":[{"lat":52.5200066,"lon":13.404954,"acc":8.5,"speed":1.25,"at":1767225600000}]}
	// 0202011f4deac207fd6f040000019b76daa8000055007dffff00
}

func ExampleDecoder_Decode() {
	d := wire.NewDecoder(wire.JSON, wire.Device)
	for _, text := range []string{
		`{"t":"delivered","seq":7,"delivery":"dlv_1"}`,
		`{"t":"position","seq":8,"fixes":[{"lat":92,"lon":13.4,"at":1767225600000}]}`,
	} {
		f, err := d.Decode([]byte(text))
		if err != nil {
			fmt.Println(d.Seq(), err)
			continue
		}
		fmt.Println(f.Kind(), f.(*wire.Delivered).Delivery)
	}
	// Output:
	// delivered dlv_1
	// 8 invalid_field: fixes[0].lat: must be degrees from -90 to 90
}

func ExampleReconnectAfter() {
	for _, code := range []int{wire.CloseRestart, wire.CloseUnauthorized, wire.CloseErased} {
		switch wire.ReconnectAfter(code) {
		case wire.ReconnectLater:
			fmt.Println(code, "come back")
		case wire.ReconnectAfterChange:
			fmt.Println(code, "come back with another token or version")
		case wire.ReconnectNever:
			fmt.Println(code, "stay away")
		}
	}
	// Output:
	// 1012 come back
	// 4103 come back with another token or version
	// 4200 stay away
}
