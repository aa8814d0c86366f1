package httpapi

import (
	"net/http"

	"github.com/flaneur-io/flaneur/internal/api"
	"github.com/flaneur-io/flaneur/internal/engine"
	"github.com/flaneur-io/flaneur/internal/id"
	"github.com/flaneur-io/flaneur/offers"
)

func (s *server) shoppingList(c *call) (answer, error) {
	list, err := s.Engine.ShoppingList(c.ctx, c.session)
	return answer{status: http.StatusOK, body: api.ShoppingList{Items: each(list, viewWant)}}, err
}

func (s *server) setShoppingList(c *call) (answer, error) {
	var in api.ShoppingList
	if err := decode(c.body, &in); err != nil {
		return answer{}, err
	}
	list := each(in.Items, func(w api.Want) offers.Want {
		if w.Quantity == 0 {
			w.Quantity = 1
		}
		return offers.Want(w)
	})
	if err := s.Engine.SetShoppingList(c.ctx, c.session, list); err != nil {
		return answer{}, err
	}
	return answer{status: http.StatusOK, body: api.ShoppingList{Items: each(list, viewWant)}}, nil
}

func (s *server) dropShoppingList(c *call) (answer, error) {
	return answer{status: http.StatusNoContent}, s.Engine.SetShoppingList(c.ctx, c.session, nil)
}

func (s *server) planShopping(c *call) (answer, error) {
	var in api.ShoppingQuery
	if err := decode(c.body, &in); err != nil {
		return answer{}, err
	}
	plan, err := s.Engine.PlanShopping(c.ctx, c.session, engine.PlanQuery{At: in.Location, Radius: in.Radius, Now: in.At})
	return answer{status: http.StatusOK, body: viewPlan(plan)}, err
}

func viewWant(w offers.Want) api.Want { return api.Want(w) }

func viewPlan(plan engine.ShoppingPlan) api.ShoppingPlan {
	b := plan.Basket
	out := api.ShoppingPlan{
		Stops: []api.ShoppingStop{}, Price: b.Price, Currency: b.Currency,
		Missing: each(b.Missing, func(i int) api.Want { return api.Want(plan.List[i]) }),
	}
	for i, s := range b.Stops {
		out.Metres += s.Metres
		out.Minutes += s.Minutes
		out.Stops = append(out.Stops, api.ShoppingStop{
			Place: s.Place.ID, Name: s.Place.Name, Location: s.Place.Point, Metres: s.Metres, Minutes: s.Minutes,
			Items: each(s.Items, func(it offers.Bought) api.ShoppingItem {
				return api.ShoppingItem{SKU: it.SKU, Name: it.Name, Quantity: plan.List[it.Want].Quantity, Price: it.Price, Currency: it.Currency}
			}),
			Offers: each(plan.Offers[i], func(o id.Offer) id.Offer { return o }),
		})
	}
	return out
}
