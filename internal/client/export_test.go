package client

import "time"

// SetPatience makes sockets wait less long.
func (c *Client) SetPatience(answer, idle time.Duration) { c.patience = patience{answer, idle} }
