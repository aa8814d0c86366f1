package app

import (
	"context"
	"time"

	"github.com/flaneur-io/flaneur/internal/config"
	"github.com/flaneur-io/flaneur/internal/id"
	"github.com/flaneur-io/flaneur/internal/store"
)

// records lets the engine keep people in the store.
type records struct{ *store.Store }

func (r records) Create(ctx context.Context, user id.User, profile []byte) (uint64, error) {
	if err := r.CreateUser(ctx, user, store.Record{Name: "profile", Value: profile}); err != nil {
		return 0, err
	}
	_, rev, err := r.ReadUser(ctx, user, "profile")
	return uint64(rev), err
}

func (r records) Read(ctx context.Context, user id.User, name string) ([]byte, uint64, error) {
	value, rev, err := r.ReadUser(ctx, user, name)
	return value, uint64(rev), err
}

func (r records) List(ctx context.Context, user id.User, prefix string, fn func(string, []byte) bool) error {
	return r.ListUser(ctx, user, prefix, func(rec store.Record) bool { return fn(rec.Name, rec.Value) })
}

func (r records) Write(ctx context.Context, user id.User, name string, value []byte, prev uint64) (uint64, error) {
	rev, err := r.WriteUser(ctx, user, name, value, store.Rev(prev))
	return uint64(rev), err
}

func (r records) Delete(ctx context.Context, user id.User, prefix string) error {
	var found []store.Record
	err := r.ListUser(ctx, user, prefix, func(rec store.Record) bool {
		found = append(found, rec)
		return true
	})
	for _, rec := range found {
		if err == nil {
			err = r.DeleteRecord(ctx, user, rec.Name, rec.Rev)
		}
	}
	return err
}

// scores lets the engine keep the sums of ratings in the store.
type scores struct{ *store.Store }

const ratingsRoom = "ratings"

func (s scores) PutScore(ctx context.Context, subject string, value []byte) error {
	return s.PutNotes(ctx, ratingsRoom, store.Note{Name: subject, Value: value})
}

func (s scores) Scores(ctx context.Context, fn func(string, []byte) bool) error {
	return s.Notes(ctx, ratingsRoom, "", func(n store.Note) bool { return fn(n.Name, n.Value) })
}

// recordHolder is the store on the erase list. Its tombstone comes before everything else is forgotten.
type recordHolder struct{ *store.Store }

func (recordHolder) Name() string { return "records" }

func (h recordHolder) Erase(ctx context.Context, user id.User) error {
	_, err := h.EraseUser(ctx, user)
	return err
}

// keep is how long records live, as far as the operator shortens it.
func keep(r config.Retention) map[string]time.Duration {
	const day = 24 * time.Hour
	return map[string]time.Duration{
		"state": time.Duration(r.State) * day, "delivery": time.Duration(r.Deliveries) * day,
		"purchase": time.Duration(r.Purchases) * day, "redemption": time.Duration(r.Redemptions) * day,
	}
}
