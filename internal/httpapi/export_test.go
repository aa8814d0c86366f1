package httpapi

// DocumentedRoute is a route as the document must describe it.
type DocumentedRoute struct {
	Pattern     string
	Credentials []string
	Statuses    []int
	Body        bool
}

// RouteTable derives from the routes what the document must say.
func RouteTable() []DocumentedRoute {
	var out []DocumentedRoute
	for _, r := range (&server{}).routes() {
		d := DocumentedRoute{Pattern: r.pattern, Statuses: []int{400, 401, 403, 413, 429, 500, 503}}
		for bit, name := range []string{"secretKey", "publishableKey", "deviceToken", "tillKey"} {
			if r.who&(1<<bit) != 0 {
				d.Credentials = append(d.Credentials, name)
			}
		}
		d.Body = r.body != noBody
		if d.Body {
			d.Statuses = append(d.Statuses, 415)
		}
		if r.body == creates || r.body == batch {
			d.Statuses = append(d.Statuses, 409)
		}
		if r.who&deviceToken != 0 {
			d.Statuses = append(d.Statuses, 410)
		}
		out = append(out, d)
	}
	return out
}

// ReadStockCSV reads a table of a stock.
var ReadStockCSV = readStockCSV

// Decode is the strict reader of bodies.
var Decode = decode
