package webhook

import (
	"crypto/hmac"
	"crypto/rand"
	"crypto/sha256"
	"encoding/base64"
	"net/http"
	"strconv"
	"time"
)

const (
	secretPrefix = "whsec_"
	secretBytes  = 32             // the specification asks for 24 to 64
	rotation     = 24 * time.Hour // how long the secret before the last one still signs
)

func newSecret() []byte {
	s := make([]byte, secretBytes)
	_, _ = rand.Read(s) // never fails
	return s
}

func showSecret(s []byte) string { return secretPrefix + base64.StdEncoding.EncodeToString(s) }

// sign sets the three headers of a message; every secret gives one signature.
func sign(head http.Header, message string, at time.Time, body []byte, secrets ...[]byte) {
	stamp := strconv.FormatInt(at.Unix(), 10)
	signatures := ""
	for _, secret := range secrets {
		mac := hmac.New(sha256.New, secret)
		_, _ = mac.Write([]byte(message + "." + stamp + "."))
		_, _ = mac.Write(body)
		if signatures != "" {
			signatures += " "
		}
		signatures += "v1," + base64.StdEncoding.EncodeToString(mac.Sum(nil))
	}
	head.Set("webhook-id", message)
	head.Set("webhook-timestamp", stamp)
	head.Set("webhook-signature", signatures)
}
