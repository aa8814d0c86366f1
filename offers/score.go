package offers

type (
	terms   [12]float32
	daypart uint8
	scratch struct{}
)
