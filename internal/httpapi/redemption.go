package httpapi

import (
	"bytes"
	"net/http"
	"time"

	"github.com/flaneur-io/flaneur/internal/api"
	"github.com/flaneur-io/flaneur/internal/engine"
	"github.com/flaneur-io/flaneur/internal/fault"
	"github.com/flaneur-io/flaneur/internal/id"
	"github.com/flaneur-io/flaneur/internal/qrcode"
)

// reserve keeps a unit of an offer for the person, or uses it.
func (s *server) reserve(c *call) (answer, error) {
	var in api.Redeem
	if err := decode(c.body, &in); err != nil {
		return answer{}, err
	}
	if in.Offer == "" {
		return answer{}, fault.Field("offer", "must be the id of an offer")
	}
	out, err := s.Engine.Reserve(c.ctx, c.session, engine.Wish{Offer: in.Offer, Place: in.Place, At: in.At, Redeem: in.Redeem, Key: c.key})
	return answer{status: http.StatusCreated, body: viewRedemption(out), location: "/v1/me/redemptions/" + string(out.ID)}, err
}

func viewRedemption(r engine.Redemption) api.Redemption {
	return api.Redemption{
		ID: r.ID, Offer: r.Offer, Version: r.Version, Merchant: r.Merchant, Ticket: r.Ticket, Code: r.Code, Token: r.Token, Status: string(r.Status),
		At: r.At, Expires: r.Expires, Changed: r.Changed, Place: r.Place, Amount: r.Amount, Discount: r.Discount, Currency: r.Currency,
		Points: r.Points, Receipt: r.Receipt,
	}
}

// moment is the parameter at, which is read for simulated people.
func (c *call) moment() (time.Time, error) {
	q := c.query("at")
	at := q.time("at")
	return at, q.err
}

func (s *server) redemptions(c *call) (answer, error) {
	at, err := c.moment()
	if err != nil {
		return answer{}, err
	}
	out, err := s.Engine.Redemptions(c.ctx, c.session, at)
	return answer{status: http.StatusOK, body: api.Page[api.Redemption]{Items: each(out, viewRedemption)}}, err
}

func (s *server) redemption(c *call) (answer, error) {
	at, err := c.moment()
	if err != nil {
		return answer{}, err
	}
	out, err := s.Engine.Redemption(c.ctx, c.session, id.Redemption(c.PathValue("id")), at)
	return answer{status: http.StatusOK, body: viewRedemption(out)}, err
}

func (s *server) giveBack(c *call) (answer, error) {
	at, err := c.moment()
	if err != nil {
		return answer{}, err
	}
	out, err := s.Engine.GiveBack(c.ctx, c.session, id.Redemption(c.PathValue("id")), at)
	return answer{status: http.StatusOK, body: viewRedemption(out)}, err
}

// redemptionQR draws what the till reads: the token, or the code where there is none.
func (s *server) redemptionQR(c *call) (answer, error) {
	if q := c.query(); q.err != nil {
		return answer{}, q.err
	}
	out, err := s.Engine.Redemption(c.ctx, c.session, id.Redemption(c.PathValue("id")), time.Time{})
	if err != nil {
		return answer{}, err
	}
	text := out.Token
	if text == "" {
		text = out.Code
	}
	return drawn(text)
}

func (s *server) memberCode(c *call) (answer, error) {
	out, err := s.Engine.MemberCode(c.ctx, c.session)
	return answer{status: http.StatusOK, body: api.MemberCode(out)}, err
}

func (s *server) memberQR(c *call) (answer, error) {
	out, err := s.Engine.MemberCode(c.ctx, c.session)
	if err != nil {
		return answer{}, err
	}
	return drawn(out.Code)
}

func (s *server) loyalty(c *call) (answer, error) {
	out, err := s.Engine.Loyalty(c.ctx, c.session)
	return answer{
		status: http.StatusOK, body: api.Loyalty{Merchants: each(out, func(x engine.Loyalty) api.LoyaltyAt { return api.LoyaltyAt(x) })},
	}, err
}

// drawn returns a code as a picture.
func drawn(text string) (answer, error) {
	var b bytes.Buffer
	err := qrcode.Draw(&b, text)
	return answer{status: http.StatusOK, png: b.Bytes()}, err
}
