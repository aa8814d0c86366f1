package fcmtest_test

import (
	"errors"
	"fmt"
	"net/http"
	"strings"
	"testing"

	googlefcm "google.golang.org/api/fcm/v1"
	"google.golang.org/api/googleapi"
	"google.golang.org/api/option"

	"github.com/flaneur-io/flaneur/push/fcm/fcmtest"
)

// TestGooglesOwnClient checks the fake against a client that Google generates from FCM's discovery document.
func TestGooglesOwnClient(t *testing.T) {
	s := fcmtest.Start(t)
	s.Script("gone", fcmtest.Unregistered)
	service, err := googlefcm.NewService(t.Context(), option.WithoutAuthentication(),
		option.WithEndpoint(strings.TrimSuffix(s.Endpoint(), "v1")), option.WithHTTPClient(http.DefaultClient))
	if err != nil {
		t.Fatal(err)
	}
	send := func(token string) (*googlefcm.Message, error) {
		return service.Projects.Messages.Send("projects/demo", &googlefcm.SendMessageRequest{Message: &googlefcm.Message{
			Token:        token,
			Notification: &googlefcm.Notification{Title: "Pasta"},
			Android:      &googlefcm.AndroidConfig{CollapseKey: "off_1", Ttl: "60s"},
		}}).Do()
	}
	m, err := send("phone")
	if err != nil || !strings.HasPrefix(m.Name, "projects/demo/messages/") {
		t.Errorf("accepted: %+v, %v", m, err)
	}
	if got := s.Accepted(); len(got) != 1 || got[0].Title != "Pasta" || got[0].CollapseKey != "off_1" || got[0].TTL.String() != "1m0s" {
		t.Errorf("decoded %+v", got)
	}
	_, err = send("gone")
	refused, ok := errors.AsType[*googleapi.Error](err)
	if !ok || refused.Code != http.StatusNotFound || !strings.Contains(fmt.Sprint(refused.Details), "UNREGISTERED") {
		t.Errorf("refused: %v", err)
	}
}
