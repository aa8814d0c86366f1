package catalogue

import (
	"encoding/json"

	"github.com/flaneur-io/flaneur/internal/fault"
	"github.com/flaneur-io/flaneur/internal/store"
)

// version is that of the form in which records are written. Members may be added to a version; a change of meaning is
// a new one, and readRecord learns to read both.
const version = 1

// record is the value of an item.
type record[T any] struct {
	Version int `json:"v"`
	Data    *T  `json:"data"`
}

func writeRecord[T any](data *T) ([]byte, error) {
	b, err := json.Marshal(record[T]{version, data})
	if err != nil {
		return nil, fault.From(err)
	}
	return b, nil
}

func readRecord[T any](item store.Item) (*T, error) {
	var r record[T]
	err := json.Unmarshal(item.Value, &r)
	if err != nil || r.Version != version || r.Data == nil {
		return nil, fault.New(fault.Internal, fault.CodeInternal, "The record of %s %s can't be read (version %d).",
			item.Kind, item.ID, r.Version).Wrap(err)
	}
	return r.Data, nil
}
