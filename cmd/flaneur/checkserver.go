package main

import (
	"cmp"
	"context"
	"errors"
	"net/http/httptest"
	"time"

	"github.com/flaneur-io/flaneur/internal/api"
	"github.com/flaneur-io/flaneur/internal/app"
	"github.com/flaneur-io/flaneur/internal/catalogue"
	"github.com/flaneur-io/flaneur/internal/config"
	"github.com/flaneur-io/flaneur/internal/id"
	"github.com/flaneur-io/flaneur/offers"
	"github.com/flaneur-io/flaneur/push/fcm/fcmtest"
	"github.com/flaneur-io/flaneur/simulator/scenario"
)

const (
	checkAck  = 500 * time.Millisecond // players acknowledge at once; who does not has left
	checkPush = 3 * time.Second        // for a delivery to reach the push service
)

// withCheckServer runs a server in memory, and a push service, while fn plays a scenario.
func withCheckServer(ctx context.Context, f *scenario.File, fn func(context.Context, scenario.World) error) error {
	pushes := fcmtest.New()
	service := httptest.NewServer(pushes)
	defer service.Close()
	defer pushes.Close()
	cfg := config.Default()
	cfg.Listen, cfg.Zone, cfg.Shutdown.Drain = "127.0.0.1:0", f.Zone, time.Second
	cfg.Limits.FramesPerSecond, cfg.Push.AckTimeout = 10_000, checkAck
	cfg.FCM = config.FCM{Project: "scenario", Endpoint: service.URL + "/v1"}
	cfg.Deployment = cmp.Or(f.Deployment, cfg.Deployment)
	s, err := app.New(ctx, app.Options{Config: cfg, Memory: true})
	if err != nil {
		return err
	}
	serving, stop := context.WithCancel(context.WithoutCancel(ctx))
	defer stop()
	served := make(chan error, 1)
	go func() { served <- s.Run(serving) }()
	w, err := checkWorld(ctx, s, f, pushes)
	if err == nil {
		err = fn(ctx, w)
	}
	stop()
	return errors.Join(err, <-served)
}

func checkWorld(ctx context.Context, s *app.Server, f *scenario.File, pushes *fcmtest.Server) (w scenario.World, err error) {
	mode := offers.Test
	if f.Mode == "live" {
		mode = offers.Live
	}
	secret, err := s.CreateKey(ctx, catalogue.KeySpec{Mode: mode, Kind: catalogue.Secret, Name: "check"})
	if err != nil {
		return w, err
	}
	publishable, err := s.CreateKey(ctx, catalogue.KeySpec{Mode: mode, Kind: catalogue.Publishable, Name: "check"})
	return scenario.World{
		URL: "http://" + s.Addr(), Secret: api.Secret(secret), Publishable: api.Secret(publishable),
		Till: func(ctx context.Context, merchant, place string) (api.Secret, error) {
			key, err := s.CreateKey(ctx, catalogue.KeySpec{
				Mode: mode, Kind: catalogue.Till, Merchant: id.Merchant(merchant), Place: id.Place(place), Name: "check",
			})
			return api.Secret(key), err
		},
		Pushed: func(ctx context.Context, device, delivery string) bool { return pushed(ctx, pushes, device, delivery) },
	}, err
}

// pushed waits until the push service has a delivery for a device.
func pushed(ctx context.Context, pushes *fcmtest.Server, device, delivery string) bool {
	ctx, cancel := context.WithTimeout(ctx, checkPush)
	defer cancel()
	for {
		list := pushes.Accepted()
		for _, m := range list {
			if m.Token == device && m.Data["delivery"] == delivery {
				return true
			}
		}
		if _, err := pushes.WaitAccepted(ctx, len(list)+1); err != nil {
			return false
		}
	}
}
