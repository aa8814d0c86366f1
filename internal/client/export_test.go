package client

import "time"

// SetPatience makes a socket wait less long.
func (s *Socket) SetPatience(answer, idle time.Duration) { s.patience = patience{answer, idle} }
