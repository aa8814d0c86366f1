package offerkit_test

import (
	"fmt"
	"strings"

	"github.com/flaneur-io/flaneur/sdk-mobile/offerkit"
)

func ExampleKit_Offers() {
	kit, _ := somebody()
	defer kit.Shutdown()
	offers := kit.Offers() // needs no network
	fmt.Println(offers.Size(), offers.At(0).Title)
	// Output: 1 Pasta of the day
}

func ExampleKit_Refresh() {
	kit, _ := somebody()
	defer kit.Shutdown()
	offers, err := kit.Refresh(10)
	fmt.Println(offers.Size(), err)
	// Output: 1 <nil>
}

func ExampleKit_Why() {
	kit, offer := somebody()
	defer kit.Shutdown()
	why, err := kit.Why(offer.Delivery, 10)
	fmt.Println(strings.Contains(why, `"reasons"`), err)
	// Output: true <nil>
}

func ExampleKit_WhyNot() {
	kit, _ := somebody()
	defer kit.Shutdown()
	list, err := kit.WhyNot(10)
	fmt.Println(strings.Contains(list, `"items"`), err)
	// Output: true <nil>
}

func ExampleKit_Feedback() {
	kit, offer := somebody()
	defer kit.Shutdown()
	err := kit.Feedback(offer.Delivery, "liked")
	fmt.Println(err)
	// Output: <nil>
}

func ExampleKit_Reserve() {
	kit, offer := somebody()
	defer kit.Shutdown()
	r, err := kit.Reserve(offer.ID, 10)
	fmt.Println(r.Status, len(r.QR()) > 0, err)
	// Output: reserved true <nil>
}

func ExampleKit_UseNow() {
	kit, offer := somebody()
	defer kit.Shutdown()
	r, err := kit.UseNow(offer.ID, 10)
	fmt.Println(r.Status, err)
	// Output: redeemed <nil>
}

func ExampleKit_GiveBack() {
	kit, offer := somebody()
	defer kit.Shutdown()
	r, err := kit.Reserve(offer.ID, 10)
	if err == nil {
		err = kit.GiveBack(r.ID, 10)
	}
	fmt.Println(err)
	// Output: <nil>
}

func ExampleKit_Redemptions() {
	kit, _ := somebody()
	defer kit.Shutdown()
	list, err := kit.Redemptions(10)
	fmt.Println(list, err)
	// Output: {"items":[]} <nil>
}

func ExampleKit_Rate() {
	kit, offer := somebody()
	defer kit.Shutdown()
	r, err := kit.UseNow(offer.ID, 10)
	if err == nil {
		err = kit.Rate(r.ID, 5, 10)
	}
	fmt.Println(err)
	// Output: <nil>
}

func ExampleKit_Purchase() {
	kit, _ := somebody()
	defer kit.Shutdown()
	err := kit.Purchase(offerkit.NewPurchase("restaurant.italian", 23.50, "EUR"))
	fmt.Println(err)
	// Output: <nil>
}

func ExampleKit_StartTrip() {
	kit, _ := somebody()
	defer kit.Shutdown()
	err := kit.StartTrip(48.0010, 7.8600, "walk")
	fmt.Println(err)
	// Output: <nil>
}

func ExampleKit_EndTrip() {
	kit, _ := somebody()
	defer kit.Shutdown()
	fmt.Println(kit.EndTrip())
	// Output: <nil>
}

func ExampleKit_SetShoppingList() {
	kit, _ := somebody()
	defer kit.Shutdown()
	err := kit.SetShoppingList(`{"items":[{"name":"milk"},{"name":"bread","quantity":2}]}`, 10)
	fmt.Println(err)
	// Output: <nil>
}

func ExampleKit_ShoppingList() {
	kit, _ := somebody()
	defer kit.Shutdown()
	list, err := kit.ShoppingList(10)
	fmt.Println(list, err)
	// Output: {"items":[]} <nil>
}

func ExampleKit_PlanShopping() {
	kit, _ := somebody()
	defer kit.Shutdown()
	err := kit.SetShoppingList(`{"items":[{"name":"milk"}]}`, 10)
	plan := ""
	if err == nil {
		plan, err = kit.PlanShopping(10)
	}
	fmt.Println(strings.Contains(plan, "missing"), err)
	// Output: true <nil>
}

func ExampleKit_Preferences() {
	kit, _ := somebody()
	defer kit.Shutdown()
	prefs, err := kit.Preferences(10)
	fmt.Println(strings.Contains(prefs, `"dailyCap"`), err)
	// Output: true <nil>
}

func ExampleKit_ChangePreferences() {
	kit, _ := somebody()
	defer kit.Shutdown()
	prefs, err := kit.ChangePreferences(`{"push":{"mode":"ask_first"},"discovery":0.2}`, 10)
	fmt.Println(strings.Contains(prefs, "ask_first"), err)
	// Output: true <nil>
}

func ExampleKit_Pause() {
	kit, _ := somebody()
	defer kit.Shutdown()
	fmt.Println(kit.Pause(60, 10))
	// Output: <nil>
}

func ExampleKit_Resume() {
	kit, _ := somebody()
	defer kit.Shutdown()
	fmt.Println(kit.Resume(10))
	// Output: <nil>
}

func ExampleKit_SetPushToken() {
	kit, _ := somebody()
	defer kit.Shutdown()
	err := kit.SetPushToken("fcm", "the-registration-token")
	fmt.Println(err)
	// Output: <nil>
}

func ExampleKit_HandlePush() {
	kit, offer := somebody()
	defer kit.Shutdown()
	shown, err := kit.HandlePush([]byte(`{"delivery":"` + offer.Delivery + `","offer":"` + offer.ID + `"}`))
	fmt.Println(shown == nil, err) // it came over the socket before
	// Output: true <nil>
}

func ExampleKit_MyData() {
	kit, _ := somebody()
	defer kit.Shutdown()
	data, err := kit.MyData(10)
	fmt.Println(strings.Contains(data, `"lastFix"`), err)
	// Output: true <nil>
}

func ExampleKit_EraseMe() {
	kit, _ := somebody()
	defer kit.Shutdown()
	err := kit.EraseMe(10)
	fmt.Println(err, kit.OptedIn())
	// Output: <nil> false
}

func ExampleKit_ForgetDevice() {
	kit, _ := somebody()
	defer kit.Shutdown()
	err := kit.ForgetDevice()
	fmt.Println(err, kit.OptedIn())
	// Output: <nil> false
}

func ExampleKit_MockRoute() {
	kit, _ := somebody()
	defer kit.Shutdown()
	err := kit.MockRoute("47.9959,7.8522;47.9990,7.8560", 1.4) // with a test key
	fmt.Println(err)
	// Output: <nil>
}

func ExampleKit_StopMock() {
	kit, _ := somebody()
	defer kit.Shutdown()
	kit.StopMock()
	fmt.Println(kit.Running())
	// Output: true
}
