package outbound

import (
	"errors"
	"net"
	"net/http"
	"net/netip"
	"net/url"
	"strings"
	"syscall"
	"time"

	"github.com/flaneur-io/flaneur/internal/fault"
)

const (
	dialTimeout = 5 * time.Second
	maxHeader   = 16 << 10
	maxURL      = 2048
)

// ErrAddress is what a dial to a forbidden address fails with; the address itself is nobody's business.
var ErrAddress = errors.New("outbound: the address is not allowed")

// Constant table: what no request may reach, besides what netip knows as loopback, private, link-local, multicast and
// unspecified (IANA special-purpose registries).
var forbidden = []netip.Prefix{
	netip.MustParsePrefix("0.0.0.0/8"), netip.MustParsePrefix("100.64.0.0/10"), netip.MustParsePrefix("192.0.0.0/24"),
	netip.MustParsePrefix("192.0.2.0/24"), netip.MustParsePrefix("192.88.99.0/24"), netip.MustParsePrefix("198.18.0.0/15"),
	netip.MustParsePrefix("198.51.100.0/24"), netip.MustParsePrefix("203.0.113.0/24"), netip.MustParsePrefix("240.0.0.0/4"),
	netip.MustParsePrefix("::/96"), netip.MustParsePrefix("64:ff9b::/96"), netip.MustParsePrefix("64:ff9b:1::/48"),
	netip.MustParsePrefix("100::/64"), netip.MustParsePrefix("2001::/23"), netip.MustParsePrefix("2001:db8::/32"),
	netip.MustParsePrefix("2002::/16"), netip.MustParsePrefix("3fff::/20"), netip.MustParsePrefix("5f00::/16"),
	netip.MustParsePrefix("fec0::/10"),
}

// Reachable reports whether a request may go to an address. AllowPrivate adds the machine itself and private networks,
// never link-local ones, where clouds keep their credentials.
func Reachable(addr netip.Addr, allowPrivate bool) bool {
	if addr.Zone() != "" {
		return false
	}
	addr = addr.Unmap()
	if addr.IsLoopback() || addr.IsPrivate() {
		return allowPrivate
	}
	if !addr.IsGlobalUnicast() {
		return false
	}
	for _, p := range forbidden {
		if p.Contains(addr) {
			return false
		}
	}
	return true
}

// CheckURL refuses what can't be an endpoint, with a fault that names the field. Names are looked up, and looked at, with
// every connection.
func CheckURL(field, text string, allowPrivate bool) error {
	u, err := url.Parse(text)
	host := ""
	if err == nil {
		host = strings.TrimSuffix(strings.ToLower(u.Hostname()), ".")
	}
	addr, notAddr := netip.ParseAddr(host)
	loopback := host == "localhost" || strings.HasSuffix(host, ".localhost") || notAddr == nil && addr.Unmap().IsLoopback()
	switch {
	case err != nil || host == "" || len(text) > maxURL || u.Opaque != "":
		return fault.Field(field, "must be an address such as https://example.com/flaneur")
	case u.User != nil:
		return fault.Field(field, "must be without a user name and password: the signature shows who sends")
	case u.Fragment != "":
		return fault.Field(field, "must be without a fragment")
	case u.Scheme != "https" && (u.Scheme != "http" || !allowPrivate || !loopback):
		return fault.Field(field, "must begin with https://")
	case notAddr == nil && !Reachable(addr, allowPrivate), notAddr != nil && (numeric(host) || loopback && !allowPrivate):
		return fault.Field(field, "must be a public address")
	case !allowPrivate && u.Port() != "" && u.Port() != "443" && u.Port() != "8443":
		return fault.Field(field, "must use port 443 or 8443")
	}
	return nil
}

// numeric reports whether resolvers may take a name in small letters for an address in one of its old forms: 2130706433, 0x7f.1,
// 127.1.
func numeric(host string) bool {
	last := host[strings.LastIndexByte(host, '.')+1:]
	return last == "" || strings.Trim(last, "0123456789") == "" ||
		strings.HasPrefix(last, "0x") && strings.Trim(last[2:], "0123456789abcdef") == ""
}

// Limits of a transport.
type Limits struct {
	Timeout     time.Duration // until the head of an answer
	Idle        int           // connections kept for later, to all hosts
	IdlePerHost int
	PerHost     int // connections; 0: any number
}

// NewTransport returns a transport that asks at every connection, after the name was looked up, whether the address may
// be reached: a name that changes its mind gains nothing. Proxies from the environment are ignored: they would look up
// names themselves.
func NewTransport(allowPrivate bool, resolver *net.Resolver, limits Limits) *http.Transport {
	dialer := &net.Dialer{
		Timeout: dialTimeout, Resolver: resolver,
		Control: func(_, address string, _ syscall.RawConn) error {
			at, err := netip.ParseAddrPort(address)
			if err != nil || !Reachable(at.Addr(), allowPrivate) {
				return ErrAddress
			}
			return nil
		},
	}
	return &http.Transport{
		Proxy: nil, DialContext: dialer.DialContext, ForceAttemptHTTP2: true, DisableCompression: true,
		TLSHandshakeTimeout: dialTimeout, ResponseHeaderTimeout: limits.Timeout, MaxResponseHeaderBytes: maxHeader,
		MaxIdleConns: limits.Idle, MaxIdleConnsPerHost: limits.IdlePerHost, MaxConnsPerHost: limits.PerHost, IdleConnTimeout: time.Minute,
	}
}
