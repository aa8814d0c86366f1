package qrcode_test

import (
	"bytes"
	"fmt"
	"image/png"

	"github.com/flaneur-io/flaneur/internal/qrcode"
)

func ExampleDraw() {
	var b bytes.Buffer
	if err := qrcode.Draw(&b, "FL-7K2M-9QXA"); err != nil {
		fmt.Println(err)
		return
	}
	picture, err := png.Decode(&b)
	fmt.Println(picture.Bounds(), err)
	// Output: (0,0)-(232,232) <nil>
}
