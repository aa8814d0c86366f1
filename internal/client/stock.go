package client

import (
	"context"
	"net/http"

	"github.com/flaneur-io/flaneur/internal/api"
	"github.com/flaneur-io/flaneur/internal/id"
)

// Stock returns a page of what a place reported of its stock; limit 0 is the server's choice.
func (c *Client) Stock(ctx context.Context, p id.Place, cursor string, limit int) (out api.Page[api.StockItem], err error) {
	return out, c.do(ctx, request{method: http.MethodGet, path: stockPath(p), query: page(cursor, limit)}, &out)
}

// SetStock replaces all that a place reported, by at most 10,000 items.
func (c *Client) SetStock(ctx context.Context, p id.Place, items []api.StockItem) (out api.StockResult, err error) {
	return out, c.do(ctx, request{method: http.MethodPut, path: stockPath(p), body: api.Stock{Items: items}}, &out)
}

// ChangeStock changes some of what a place reported.
func (c *Client) ChangeStock(ctx context.Context, p id.Place, items []api.StockPatch) (out api.StockResult, err error) {
	return out, c.do(ctx, request{method: http.MethodPatch, path: stockPath(p), body: api.StockChange{Items: items}}, &out)
}

// Sold tells what a till sold: it goes off the stock of the till's place. It takes a till key.
func (c *Client) Sold(ctx context.Context, items []api.SoldItem) error {
	return c.do(ctx, request{method: http.MethodPost, path: "/v1/till/sold", body: api.Sold{Items: items}, creates: true}, nil)
}

func stockPath(p id.Place) string { return "/v1/places/" + string(p) + "/stock" }
