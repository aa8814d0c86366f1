package httpapi_test

import (
	"bytes"
	"image/png"
	"net/http"
	"strings"
	"testing"

	"github.com/go-json-experiment/json"
	"github.com/makiuchi-d/gozxing"
	"github.com/makiuchi-d/gozxing/qrcode"

	"github.com/flaneur-io/flaneur/internal/api"
)

// TestQRCodeIsReadBack reads the pictures as a till's camera does.
func TestQRCodeIsReadBack(t *testing.T) {
	w := newWorld(t)
	res := w.send(http.MethodPost, "/v1/me/redemptions", "token", `{"offer":"$offer"}`, nil)
	var r api.Redemption
	must(t, json.Unmarshal([]byte(res.body), &r))
	var m api.MemberCode
	must(t, json.Unmarshal([]byte(w.send(http.MethodGet, "/v1/me/member-code", "token", "", nil).body), &m))
	for path, want := range map[string]string{
		"/v1/me/redemptions/" + string(r.ID) + "/qr.png": r.Token,
		"/v1/me/member-code/qr.png":                      m.Code,
	} {
		res := w.send(http.MethodGet, path, "token", "", nil)
		if res.status != http.StatusOK || res.header.Get("Content-Type") != "image/png" {
			t.Fatalf("%s: %d %s", path, res.status, res.header.Get("Content-Type"))
		}
		if got := readQR(t, []byte(res.body)); got != want || want == "" {
			t.Errorf("%s says %q, want %q", path, got, want)
		}
	}
	if !strings.HasPrefix(r.Token, "FL1") || len(r.Token) > 600 {
		t.Errorf("a token of %d characters: %s", len(r.Token), r.Token)
	}
}

func readQR(t *testing.T, picture []byte) string {
	t.Helper()
	img, err := png.Decode(bytes.NewReader(picture))
	must(t, err)
	bitmap, err := gozxing.NewBinaryBitmapFromImage(img)
	must(t, err)
	text, err := qrcode.NewQRCodeReader().Decode(bitmap, map[gozxing.DecodeHintType]any{gozxing.DecodeHintType_PURE_BARCODE: true}) // it is no photograph
	must(t, err)
	return text.GetText()
}
