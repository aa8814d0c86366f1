package outbound_test

import (
	"context"
	"encoding/binary"
	"errors"
	"net"
	"net/http"
	"net/http/httptest"
	"net/netip"
	"net/url"
	"testing"

	"github.com/flaneur-io/flaneur/internal/outbound"
)

func TestReachable(t *testing.T) {
	for addr, want := range map[string]bool{
		"93.184.216.34": true, "2606:2800:220:1::1": true, "::ffff:93.184.216.34": true,
		"127.0.0.1": false, "127.255.255.254": false, "::1": false, "0.0.0.0": false, "0.1.2.3": false, "::": false,
		"10.0.0.1": false, "172.16.0.1": false, "172.31.255.255": false, "192.168.1.1": false, "fc00::1": false, "fd12::1": false,
		"169.254.169.254": false, "fe80::1": false, "fe80::1%eth0": false, "fec0::1": false,
		"100.64.0.1": false, "100.127.255.255": false, "100.128.0.1": true, "192.0.0.170": false, "192.0.2.1": false, "198.18.0.1": false,
		"198.51.100.1": false, "203.0.113.1": false, "192.88.99.1": false, "224.0.0.1": false, "239.1.1.1": false, "240.0.0.1": false,
		"255.255.255.255": false, "ff02::1": false,
		"::ffff:127.0.0.1": false, "::ffff:10.0.0.1": false, "::ffff:169.254.169.254": false, "::127.0.0.1": false,
		"64:ff9b::7f00:1": false, "64:ff9b:1::1": false, "2002:7f00:1::": false, "2001::1": false, "2001:db8::1": false, "100::1": false,
		"fd00:ec2::254": false,
	} {
		if got := outbound.Reachable(netip.MustParseAddr(addr), false); got != want {
			t.Errorf("%s: %v", addr, got)
		}
	}
	for addr, want := range map[string]bool{"127.0.0.1": true, "10.0.0.1": true, "169.254.169.254": false, "fe80::1": false, "224.0.0.1": false} {
		if got := outbound.Reachable(netip.MustParseAddr(addr), true); got != want {
			t.Errorf("%s, in development: %v", addr, got)
		}
	}
}

func TestCheckURL(t *testing.T) {
	for text, want := range map[string]bool{
		"https://rosa.example/hook?x=1": true, "https://rosa.example:8443/": true, "https://93.184.216.34/": true,
		"http://rosa.example/": false, "ftp://rosa.example/": false, "//rosa.example/": false, "https://": false, "https:rosa.example": false,
		"https://user:pass@rosa.example/": false, "https://rosa.example:22/": false, "https://rosa.example/#a": false,
		"https://127.0.0.1/": false, "https://[::1]/": false, "https://[::ffff:127.0.0.1]/": false, "https://10.1.1.1/": false, "https://localhost/": false,
		"https://2130706433/": false, "https://0x7f000001/": false, "https://127.1/": false, "https://0177.0.0.1/": false, "https://169.254.169.254/": false,
		"https://[fe80::1%25eth0]/": false, "http://localhost:9000/": false,
		"https://LOCALHOST/": false, "https://localhost./": false, "https://push.localhost/": false, "https://127.0.0.1./": false, "https://0X7F.1/": false,
	} {
		if err := outbound.CheckURL("url", text, false); (err == nil) != want {
			t.Errorf("%s: %v", text, err)
		}
	}
	for text, want := range map[string]bool{
		"http://localhost:9000/": true, "http://127.0.0.1:9000/": true, "https://10.0.0.1:9443/": true,
		"http://10.0.0.1/": false, "http://rosa.example/": false, "https://169.254.169.254/": false,
	} {
		if err := outbound.CheckURL("url", text, true); (err == nil) != want {
			t.Errorf("%s, in development: %v", text, err)
		}
	}
}

// TestNamesThatLeadInsideAreRefused looks up names at a server that answers with forbidden addresses, as an attacker's
// would, also after it gave a good one before.
func TestNamesThatLeadInsideAreRefused(t *testing.T) {
	inside := httptest.NewServer(http.HandlerFunc(func(http.ResponseWriter, *http.Request) { t.Error("a request came inside") }))
	defer inside.Close()
	at, _ := url.Parse(inside.URL)
	t.Setenv("HTTPS_PROXY", inside.URL)
	t.Setenv("HTTP_PROXY", inside.URL)
	for _, addr := range []string{"127.0.0.1", "10.0.0.1", "169.254.169.254", "100.64.0.1", "192.168.0.1"} {
		resolver := &net.Resolver{PreferGo: true, Dial: func(context.Context, string, string) (net.Conn, error) {
			client, server := net.Pipe()
			go answerDNS(server, netip.MustParseAddr(addr))
			return client, nil
		}}
		c := http.Client{Transport: outbound.NewTransport(false, resolver, outbound.Limits{})}
		for _, scheme := range []string{"http", "https"} {
			res, err := c.Get(scheme + "://rebound.test:" + at.Port() + "/")
			if err == nil {
				_ = res.Body.Close()
			}
			if !errors.Is(err, outbound.ErrAddress) {
				t.Errorf("%s %s: %v", scheme, addr, err)
			}
		}
	}
}

// answerDNS answers queries on a stream connection: A with the address, anything else with nothing.
func answerDNS(c net.Conn, addr netip.Addr) {
	defer func() { _ = c.Close() }()
	buf := make([]byte, 2048)
	for {
		n, err := c.Read(buf)
		if err != nil {
			return
		}
		q := buf[:n]
		if len(q) > 2 && int(binary.BigEndian.Uint16(q)) == len(q)-2 {
			q = q[2:]
		}
		end := 12
		for q[end] != 0 {
			end += int(q[end]) + 1
		}
		end += 5
		typ := binary.BigEndian.Uint16(q[end-4:])
		out := append([]byte{}, q[:end]...)
		out[2], out[3] = 0x81, 0x80
		binary.BigEndian.PutUint16(out[6:], 0)
		binary.BigEndian.PutUint16(out[8:], 0)
		binary.BigEndian.PutUint16(out[10:], 0)
		if typ == 1 {
			binary.BigEndian.PutUint16(out[6:], 1)
			out = append(out, 0xc0, 12, 0, 1, 0, 1, 0, 0, 0, 0, 0, 4)
			a := addr.As4()
			out = append(out, a[:]...)
		}
		msg := binary.BigEndian.AppendUint16(nil, uint16(len(out)))
		if _, err := c.Write(append(msg, out...)); err != nil {
			return
		}
	}
}

// FuzzCheckURL holds that whatever is taken for an endpoint is what it looks like.
func FuzzCheckURL(f *testing.F) {
	for _, s := range []string{"https://rosa.example/hook", "https://127.1/", "https://[::ffff:10.0.0.1]:8443/", "https://a@b/", "https://0x7f.1/", "http://localhost"} {
		f.Add(s)
	}
	f.Fuzz(func(t *testing.T, text string) {
		if outbound.CheckURL("url", text, false) != nil {
			return
		}
		u, err := url.Parse(text)
		if err != nil || u.Scheme != "https" || u.User != nil || u.Hostname() == "" || u.Hostname() == "localhost" {
			t.Fatalf("taken: %q", text)
		}
		if addr, err := netip.ParseAddr(u.Hostname()); err == nil && !outbound.Reachable(addr, false) {
			t.Fatalf("taken: %q", text)
		}
	})
}
