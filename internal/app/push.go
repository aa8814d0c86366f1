package app

import (
	"context"
	"errors"
	"slices"

	"github.com/flaneur-io/flaneur/internal/id"
	"github.com/flaneur-io/flaneur/push"
	"github.com/flaneur-io/flaneur/push/courier"
	"github.com/flaneur-io/flaneur/push/fcm"
	"github.com/flaneur-io/flaneur/push/socket"
	"github.com/flaneur-io/flaneur/push/webpush"
)

// services are the ways to devices that are not connected, by the channel that their tokens are for.
type services struct {
	fcm     *fcm.Channel     // nil: none configured
	webpush *webpush.Channel // nil: none configured
}

// service is one of them.
type service struct {
	name    string
	courier *courier.Courier
	close   func(context.Context) error
}

func (s services) all() (list []service) {
	if s.fcm != nil {
		list = append(list, service{push.ChannelFCM, s.fcm.Courier, s.fcm.Close})
	}
	if s.webpush != nil {
		list = append(list, service{push.ChannelWebPush, s.webpush.Courier, s.webpush.Close})
	}
	return list
}

// Send hands a message to each service with the tokens that are for it. It fails if none took it.
func (s services) Send(ctx context.Context, m push.Message) error {
	var err error = push.ErrNoToken
	taken, tokens := false, m.Tokens
	for _, service := range s.all() {
		m.Tokens = slices.DeleteFunc(slices.Clone(tokens), func(t string) bool { return push.ChannelOf(t) != service.name })
		if len(m.Tokens) == 0 {
			continue
		}
		if failed := service.courier.Send(ctx, m); failed != nil {
			err = failed
		} else {
			taken = true
		}
	}
	if taken {
		return nil
	}
	return err
}

func (s services) drop(user id.User, delivery id.Delivery) {
	for _, service := range s.all() {
		service.courier.Drop(user, delivery)
	}
}

func (s services) erase(ctx context.Context, user id.User) error {
	var errs []error
	for _, service := range s.all() {
		errs = append(errs, service.courier.Erase(ctx, user))
	}
	return errors.Join(errs...)
}

// openPush joins the ways to a person: the socket first, then those of FCM and Web Push that are configured.
func (s *Server) openPush(ctx context.Context) (err error) {
	dead := func(user id.User, token string) {
		if err := s.engine.DropPushToken(context.WithoutCancel(ctx), user, token); err != nil {
			s.log.Warn("a dead push token could not be dropped", "user", user, "err", err)
		}
	}
	sent := func(user id.User, delivery id.Delivery) {
		if err := s.engine.Sent(context.WithoutCancel(ctx), user, delivery); err != nil { // forgotten meanwhile, perhaps
			s.log.Debug("what the push service took is not noted", "user", user, "err", err)
		}
	}
	if c := s.config.FCM; c.Project != "" {
		s.services.fcm, err = fcm.Open(ctx, fcm.Config{
			Project: c.Project, CredentialsFile: c.CredentialsFile, Endpoint: c.Endpoint, TokenDead: dead, Sent: sent,
		})
		if err != nil {
			return err
		}
	}
	if c := s.config.WebPush; c.KeyFile != "" {
		s.services.webpush, err = webpush.Open(webpush.Config{
			KeyFile: c.KeyFile, Subject: c.Subject, AllowPrivate: c.AllowPrivate, TokenDead: dead, Sent: sent,
		})
		if err != nil {
			return err
		}
	}
	var next push.Channel
	if len(s.services.all()) > 0 {
		next = s.services
	}
	s.hub, err = socket.New(socket.Config{AckTimeout: s.config.Push.AckTimeout, Next: next})
	return err
}
