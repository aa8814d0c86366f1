package client

import (
	"context"
	"net/http"

	"github.com/flaneur-io/flaneur/internal/api"
)

const shoppingPath = "/v1/me/shopping-list"

// ShoppingList returns what the person wants to buy.
func (c *Client) ShoppingList(ctx context.Context) (out api.ShoppingList, err error) {
	return out, c.do(ctx, request{method: http.MethodGet, path: shoppingPath}, &out)
}

// SetShoppingList replaces what the person wants to buy, at most 50 lines.
func (c *Client) SetShoppingList(ctx context.Context, in api.ShoppingList) (out api.ShoppingList, err error) {
	return out, c.do(ctx, request{method: http.MethodPut, path: shoppingPath, body: in}, &out)
}

// DropShoppingList forgets what the person wants to buy.
func (c *Client) DropShoppingList(ctx context.Context) error {
	return c.do(ctx, request{method: http.MethodDelete, path: shoppingPath}, nil)
}

// PlanShopping finds where the person's list is to be had.
func (c *Client) PlanShopping(ctx context.Context, in api.ShoppingQuery) (out api.ShoppingPlan, err error) {
	return out, c.do(ctx, request{method: http.MethodPost, path: shoppingPath + "/plan", body: in}, &out)
}
