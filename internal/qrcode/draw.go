package qrcode

import (
	"image"
	"image/color"
	"image/draw"
	"image/png"
	"io"

	"github.com/boombuler/barcode"
	"github.com/boombuler/barcode/qr"

	"github.com/flaneur-io/flaneur/internal/fault"
)

// Sizes in pixels: of one module, and of the quiet zone around, which is four modules wide.
const (
	module = 8
	quiet  = 4 * module
)

// Draw writes a text of capital letters, digits and hyphens as a QR code, a PNG picture. A text with anything else, or of
// more than some 2,000 characters, is an Internal fault: codes are ours.
func Draw(w io.Writer, text string) error {
	code, err := qr.Encode(text, qr.M, qr.AlphaNumeric)
	if err != nil {
		return fault.New(fault.Internal, fault.CodeInternal, "The code can't be drawn.").Wrap(err)
	}
	side := code.Bounds().Dx() * module
	if code, err = barcode.Scale(code, side, side); err != nil {
		return fault.New(fault.Internal, fault.CodeInternal, "The code can't be drawn.").Wrap(err)
	}
	picture := image.NewGray(image.Rect(0, 0, side+2*quiet, side+2*quiet))
	draw.Draw(picture, picture.Bounds(), image.NewUniform(color.White), image.Point{}, draw.Src)
	draw.Draw(picture, image.Rect(quiet, quiet, quiet+side, quiet+side), code, image.Point{}, draw.Src)
	if err := png.Encode(w, picture); err != nil {
		return fault.From(err)
	}
	return nil
}
