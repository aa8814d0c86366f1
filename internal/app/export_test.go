package app

// Deafen takes the listener away, as an error of the system would.
func (s *Server) Deafen() error { return s.listener.Close() }
