package fcm

import (
	"crypto/rand"
	"crypto/rsa"
	"crypto/x509"
	"encoding/json"
	"encoding/pem"
	"net/http"
	"net/http/httptest"
	"os"
	"path/filepath"
	"testing"
	"time"

	"github.com/flaneur-io/flaneur/internal/fault"
	"github.com/flaneur-io/flaneur/push/fcm/fcmtest"
)

func TestOpenNamesTheField(t *testing.T) {
	garbage := filepath.Join(t.TempDir(), "key.json")
	if err := os.WriteFile(garbage, []byte("not a key"), 0o600); err != nil {
		t.Fatal(err)
	}
	const endpoint = "http://127.0.0.1:1/v1"
	for _, tt := range []struct {
		config Config
		field  string
	}{
		{Config{Project: "demo"}, "credentials_file"},
		{Config{Endpoint: endpoint}, "project"},
		{Config{Endpoint: endpoint, Project: "demo", Workers: 101}, "workers"},
		{Config{Endpoint: endpoint, Project: "demo", Workers: -1}, "workers"},
		{Config{Endpoint: endpoint, Project: "demo", Queue: -1}, "queue"},
		{Config{Endpoint: endpoint, Project: "demo", Attempts: 101}, "attempts"},
		{Config{Endpoint: endpoint, Project: "demo", Timeout: -1}, "timeout"},
		{Config{CredentialsFile: filepath.Join(t.TempDir(), "absent.json")}, "credentials_file"},
		{Config{CredentialsFile: garbage}, "credentials_file"},
	} {
		_, err := Open(t.Context(), tt.config)
		if f := fault.From(err); f == nil || f.Kind != fault.Invalid || f.Field != tt.field {
			t.Errorf("Open(%+v) = %v, want a fault of field %s", tt.config, err, tt.field)
		}
	}
	if (Config{Project: "demo"}).Enabled() {
		t.Error("enabled without credentials and endpoint")
	}
}

// TestCredentials goes through the real OAuth flow: a signed JWT is exchanged for a bearer token.
func TestCredentials(t *testing.T) {
	for _, tt := range []struct {
		name   string
		status int
		failed string
	}{
		{"accepted", http.StatusOK, ""},
		{"refused", http.StatusBadRequest, fault.CodePushCredentials},
	} {
		t.Run(tt.name, func(t *testing.T) {
			oauth := httptest.NewServer(http.HandlerFunc(func(w http.ResponseWriter, r *http.Request) {
				if r.FormValue("grant_type") != "urn:ietf:params:oauth:grant-type:jwt-bearer" || r.FormValue("assertion") == "" {
					t.Errorf("not a JWT grant: %v", r.Form)
				}
				w.Header().Set("Content-Type", "application/json")
				w.WriteHeader(tt.status)
				_ = json.NewEncoder(w).Encode(map[string]any{
					"access_token": "secret", "token_type": "Bearer", "expires_in": 3600, "error": "invalid_grant",
				})
			}))
			defer oauth.Close()
			defer http.DefaultTransport.(*http.Transport).CloseIdleConnections()
			s := fcmtest.Start(t)
			c, err := Open(t.Context(), Config{CredentialsFile: keyFile(t, oauth.URL), Endpoint: s.Endpoint()})
			if err != nil {
				t.Fatal(err)
			}
			send(t, c, message(1, "phone"))
			if err := c.Close(t.Context()); err != nil {
				t.Error(err)
			}
			if tt.failed != "" {
				if st := c.Stats(); st.Failed[tt.failed] != 1 || len(s.Attempts("phone")) != 0 {
					t.Errorf("stats = %+v, %d attempts", st, len(s.Attempts("phone")))
				}
				return
			}
			got := s.Accepted()
			if len(got) != 1 || got[0].Authorization != "Bearer secret" || got[0].Project != "from-key" {
				t.Errorf("accepted %+v", got)
			}
		})
	}
}

func keyFile(t *testing.T, tokenURL string) string {
	t.Helper()
	key, err := rsa.GenerateKey(rand.Reader, 2048)
	if err != nil {
		t.Fatal(err)
	}
	der, err := x509.MarshalPKCS8PrivateKey(key)
	if err != nil {
		t.Fatal(err)
	}
	b, err := json.Marshal(map[string]string{
		"type": "service_account", "project_id": "from-key", "private_key_id": "k1", "client_id": "1",
		"client_email": "push@from-key.iam.gserviceaccount.com", "token_uri": tokenURL,
		"private_key": string(pem.EncodeToMemory(&pem.Block{Type: "PRIVATE KEY", Bytes: der})),
	})
	if err != nil {
		t.Fatal(err)
	}
	file := filepath.Join(t.TempDir(), "key.json")
	if err := os.WriteFile(file, b, 0o600); err != nil {
		t.Fatal(err)
	}
	return file
}

// TestRealSockets is TestAnswers' core once more over TCP, where connections are reused and really break.
func TestRealSockets(t *testing.T) {
	s := fcmtest.Start(t)
	c, err := Open(t.Context(), Config{Project: "demo", Endpoint: s.Endpoint(), Timeout: time.Minute, Attempts: 2})
	if err != nil {
		t.Fatal(err)
	}
	s.Script("dropped", fcmtest.Drop, fcmtest.OK)
	s.Script("unavailable", fcmtest.Unavailable, fcmtest.OK)
	for n, token := range []string{"good", "dropped", "unavailable"} {
		send(t, c, message(n, token))
	}
	if _, err := s.WaitAccepted(t.Context(), 4); err != nil { // the dropped one twice
		t.Fatal(err)
	}
	if err := c.Close(t.Context()); err != nil {
		t.Error(err)
	}
	for token, want := range map[string]int{"good": 1, "dropped": 2, "unavailable": 2} {
		if n := len(s.Attempts(token)); n != want {
			t.Errorf("%s: %d attempts, want %d", token, n, want)
		}
	}
	if st := c.Stats(); st.Sent != 3 || st.Retried != 2 {
		t.Errorf("stats = %+v", st)
	}
}

// TestAStuckSocketIsLeft: an attempt that hangs ends, and the next one arrives, though on a busy machine only a later one.
func TestAStuckSocketIsLeft(t *testing.T) {
	s := fcmtest.Start(t)
	c, err := Open(t.Context(), Config{Project: "demo", Endpoint: s.Endpoint(), Timeout: 200 * time.Millisecond, Attempts: 100})
	if err != nil {
		t.Fatal(err)
	}
	s.Script("stuck", fcmtest.Hang, fcmtest.OK)
	send(t, c, message(0, "stuck"))
	if _, err := s.WaitAccepted(t.Context(), 1); err != nil {
		t.Fatal(err)
	}
	if err := c.Close(t.Context()); err != nil {
		t.Error(err)
	}
	if st := c.Stats(); st.Sent != 1 || st.Retried == 0 {
		t.Errorf("stats = %+v", st)
	}
}

// BenchmarkSend measures the whole way over loopback, with the fake server in the same process.
func BenchmarkSend(b *testing.B) {
	s := fcmtest.Start(b)
	c, err := Open(b.Context(), Config{Project: "demo", Endpoint: s.Endpoint(), Queue: 1_000_000})
	if err != nil {
		b.Fatal(err)
	}
	n, start := 0, time.Now()
	for b.Loop() { // queues; what is measured is when all has arrived
		m := message(n, "phone")
		m.CollapseKey = ""
		if err := c.Send(b.Context(), m); err != nil {
			b.Fatal(err)
		}
		n++
	}
	if _, err := s.WaitAccepted(b.Context(), n); err != nil {
		b.Fatal(err)
	}
	b.ReportMetric(float64(n)/time.Since(start).Seconds(), "messages/s")
	if err := c.Close(b.Context()); err != nil {
		b.Fatal(err)
	}
}
