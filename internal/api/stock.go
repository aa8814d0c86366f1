package api

// StockItem is what a place reports of one thing that it sells.
type StockItem struct {
	SKU      string  `json:"sku"`               // the merchant's number of it, unique at the place
	Name     string  `json:"name,omitzero"`     // what people call it
	Quantity int     `json:"quantity"`          // 0: out of stock
	Price    float64 `json:"price,omitzero"`    // of one, in Currency; absent: not told
	Currency string  `json:"currency,omitzero"` // ISO 4217
}

// Stock is all that a place sells.
type Stock struct {
	Items []StockItem `json:"items"`
}

// StockPatch changes one item; what is absent stays.
type StockPatch struct {
	SKU      string   `json:"sku"`
	Name     *string  `json:"name,omitempty"`
	Quantity *int     `json:"quantity,omitempty"` // required for an item that is new
	Price    *float64 `json:"price,omitempty"`
	Currency *string  `json:"currency,omitempty"`
}

// Apply changes an item as the patch says.
func (p *StockPatch) Apply(it *StockItem) {
	if p.Name != nil {
		it.Name = *p.Name
	}
	if p.Quantity != nil {
		it.Quantity = *p.Quantity
	}
	if p.Price != nil {
		it.Price = *p.Price
	}
	if p.Currency != nil {
		it.Currency = *p.Currency
	}
}

// StockChange is some of what a place sells.
type StockChange struct {
	Items []StockPatch `json:"items"`
}

// Sold is what a till sold, of any customer: it goes off the stock of the till's place.
type Sold struct {
	Items []SoldItem `json:"items"`
}

// SoldItem is how much of one item was sold.
type SoldItem struct {
	SKU      string `json:"sku"`
	Quantity int    `json:"quantity"`
}

// StockResult answers a change of a stock.
type StockResult struct {
	Items   int      `json:"items"`             // that the place reports now
	Changed int      `json:"changed"`           // added, changed or removed by the call
	Ignored []string `json:"ignored,omitempty"` // columns of a table that nobody knows
}
