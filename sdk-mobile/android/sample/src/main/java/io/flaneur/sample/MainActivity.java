package io.flaneur.sample;

import android.app.Activity;
import android.app.AlertDialog;
import android.content.Intent;
import android.os.Bundle;
import android.widget.Button;
import android.widget.LinearLayout;
import android.widget.Switch;
import android.widget.TextView;
import io.flaneur.offerkit.Choices;
import io.flaneur.offerkit.Consents;
import io.flaneur.offerkit.Offer;
import io.flaneur.offerkit.OfferList;
import io.flaneur.offerkit.Offerkit;
import io.flaneur.sdk.Access;
import io.flaneur.sdk.AppListener;
import io.flaneur.sdk.Failure;
import io.flaneur.sdk.Flaneur;

/** Opt-in, offers near by, mood, my data, erase: everything a person can do, on one page. */
public class MainActivity extends Activity {
    static final String POLICY = "2026-11"; // the version of the text on this page
    private static final String[] FACES = {"😞", "🙁", "😐", "🙂", "😀"};
    private static final int SECONDS = 20;

    private Page page;
    private TextView state;
    private Switch location;
    private Switch push;
    private Switch purchases;
    private Switch mood;
    private Switch strap;
    private Button optIn;
    private Button always;
    private LinearLayout offers;
    private boolean filling; // the switches, from what is so

    @Override
    protected void onCreate(Bundle saved) {
        super.onCreate(saved);
        page = new Page(this);
        state = page.text("");
        page.heading("What you allow");
        page.text("Nothing is collected before you say so. Each switch is of its own, and counts at once.");
        location = page.choice("Where I am, for offers near me");
        push = page.choice("Tell me of offers unasked");
        purchases = page.choice("What I bought, for offers that fit");
        mood = page.choice("How I feel, only to keep things quiet");
        strap = page.choice("A heart-rate strap tells how I feel");
        optIn = page.button("Opt in", this::optIn);
        always = page.button("Start again after a restart of the phone …", this::askAlways);
        page.heading("Near me");
        page.button("Look", this::refresh);
        offers = page.group();
        page.heading("How do you feel?");
        LinearLayout faces = page.group();
        faces.setOrientation(LinearLayout.HORIZONTAL);
        for (int i = 0; i < FACES.length; i++) {
            double valence = (i - 2) / 2.0;
            page.button(faces, FACES[i], () -> feel(valence)).setContentDescription("Mood " + (i + 1) + " of " + FACES.length);
        }
        page.heading("Yours");
        page.button("What is known about me", this::showMyData);
        page.button("Erase everything about me", this::askErase);

        onMoved(location, Offerkit.PurposeLocation);
        onMoved(push, Offerkit.PurposePush);
        onMoved(purchases, Offerkit.PurposePurchases);
        mood.setOnCheckedChangeListener((s, on) -> moveMood(on, strap.isChecked()));
        strap.setOnCheckedChangeListener((s, on) -> moveMood(mood.isChecked() || on, on));
        open(getIntent());
    }

    @Override
    protected void onNewIntent(Intent intent) {
        super.onNewIntent(intent);
        open(intent);
    }

    /** A notification was tapped. */
    private void open(Intent intent) {
        String offer = Flaneur.get().opened(intent);
        if (offer != null) {
            startActivity(new Intent(this, OfferActivity.class).putExtra(OfferActivity.OFFER, offer));
        }
    }

    @Override
    protected void onStart() {
        super.onStart();
        Flaneur.get().listen(new AppListener() {
            @Override
            public void onOffer(Offer offer) {
                showOffers();
            }

            @Override
            public void onWithdrawn(String offerId, String reason) {
                showOffers();
            }

            @Override
            public void onState(String now) {
                fill();
            }

            @Override
            public void onFailure(Failure failure) {
                page.failed(failure);
            }
        });
        fill();
        showOffers();
    }

    @Override
    protected void onStop() {
        Flaneur.get().listen(null);
        super.onStop();
    }

    private void fill() {
        Flaneur.get().call(kit -> new Object[] {kit.optedIn(), kit.running(), kit.consents()}, (is, failure) -> {
            if (page.failed(failure)) {
                return;
            }
            boolean in = (Boolean) is[0];
            Consents c = (Consents) is[2];
            filling = true;
            if (in) {
                location.setChecked(c.getLocation());
                push.setChecked(c.getPush());
                purchases.setChecked(c.getPurchases());
                mood.setChecked(c.getMood());
                strap.setChecked(c.getMoodSources() != null && c.getMoodSources().contains("wearable"));
            }
            filling = false;
            strap.setEnabled(in); // it has a notice of its own to read
            optIn.setVisibility(in ? Button.GONE : Button.VISIBLE);
            always.setVisibility(in && Flaneur.get().access().forBackground().length > 0 ? Button.VISIBLE : Button.GONE);
            state.setText(!in ? "You have not opted in." : (Boolean) is[1] ? "On." : "Off.");
        });
    }

    private void optIn() {
        Choices c = new Choices();
        c.setLocation(location.isChecked());
        c.setPush(push.isChecked());
        c.setPurchases(purchases.isChecked());
        c.setMoodLevel(mood.isChecked() ? "quiet" : "off");
        c.setMoodSources(mood.isChecked() ? "self" : "");
        c.setPolicy(POLICY);
        Flaneur.get().optIn(c, (none, failure) -> {
            if (!page.failed(failure)) {
                fill();
                askPlatform();
            }
        });
    }

    /** Asks for one thing after the other, each when it has become of use. */
    private void askPlatform() {
        Access access = Flaneur.get().access();
        if (location.isChecked() && Access.ask(this, 1, access.forLocation())
                || push.isChecked() && Access.ask(this, 2, access.forNotifications())
                || strap.isChecked() && Access.ask(this, 3, access.forHeartRate())) {
            state.setText("Please answer the question.");
        }
    }

    @Override
    public void onRequestPermissionsResult(int code, String[] permissions, int[] results) {
        if (code == 1 && push.isChecked()) {
            Access.ask(this, 2, Flaneur.get().access().forNotifications());
        }
        if (code == 3) {
            Flaneur.get().heartRate(Flaneur.get().access().bluetooth);
        }
        fill();
    }

    private void askAlways() {
        new AlertDialog.Builder(this).setTitle("Always allow?")
                .setMessage("To look for offers again after a restart of your phone, without you opening this app, it needs your location "
                        + "\"all the time\". Your location is used for offers near you and for nothing else; you can take that back in this app.")
                .setPositiveButton("Go on", (d, w) -> Access.ask(this, 4, Flaneur.get().access().forBackground()))
                .setNegativeButton("No", null).show();
    }

    private void onMoved(Switch one, String purpose) {
        one.setOnCheckedChangeListener((s, on) -> {
            if (filling || optIn.getVisibility() == Button.VISIBLE) {
                return;
            }
            if (!on) {
                Flaneur.get().withdraw(purpose);
                return;
            }
            Flaneur.get().call(kit -> {
                kit.grant(purpose, POLICY);
                return null;
            }, (none, failure) -> {
                page.failed(failure);
                askPlatform();
            });
        });
    }

    private void moveMood(boolean on, boolean wearable) {
        if (filling || optIn.getVisibility() == Button.VISIBLE) {
            return;
        }
        if (wearable) {
            showNotice();
            return;
        }
        Flaneur.get().call(kit -> {
            if (on) {
                kit.allowMood("quiet", "self", POLICY);
                kit.forbidMoodSource("wearable");
            } else {
                kit.withdraw(Offerkit.PurposeMood);
            }
            return null;
        }, this::moved);
    }

    /** What the body tells is taken only after the notice in force was read. */
    private void showNotice() {
        Flaneur.get().call(kit -> Notice.read(kit.notices("en", SECONDS), "wearable"), (notice, failure) -> {
            if (page.failed(failure)) {
                fill();
                return;
            }
            new AlertDialog.Builder(this).setTitle(notice.title).setMessage(notice.text)
                    .setPositiveButton("Allow", (d, w) -> Flaneur.get().call(kit -> {
                        kit.allowMood("quiet", "self,wearable", notice.version);
                        return null;
                    }, (none, refused) -> {
                        moved(null, refused);
                        if (refused == null && !Access.ask(this, 3, Flaneur.get().access().forHeartRate())) {
                            Flaneur.get().heartRate(true);
                        }
                    }))
                    .setNegativeButton("No", (d, w) -> fill()).setOnCancelListener(d -> fill()).show();
        });
    }

    private void moved(Void none, Failure failure) {
        page.failed(failure);
        fill();
    }

    private void refresh() {
        Flaneur.get().call(kit -> kit.refresh(SECONDS), (list, failure) -> {
            if (!page.failed(failure)) {
                show(list);
            }
        });
    }

    private void showOffers() {
        Flaneur.get().call(kit -> kit.offers(), (list, failure) -> {
            if (failure == null && list != null && !isDestroyed()) {
                show(list);
            }
        });
    }

    private void show(OfferList list) {
        offers.removeAllViews();
        for (int i = 0; i < list.size(); i++) {
            Offer o = list.at(i);
            String label = o.getLabel() == null || o.getLabel().isEmpty() ? "" : " · " + o.getLabel();
            page.button(offers, o.getTitle() + "\n" + o.getPlaceName() + " · " + Math.round(o.getDistanceM()) + " m" + label,
                    () -> startActivity(new Intent(this, OfferActivity.class).putExtra(OfferActivity.OFFER, o.getID())));
        }
    }

    private void feel(double valence) {
        Flaneur.get().call(kit -> {
            kit.reportMood(valence, 0);
            return null;
        }, (none, failure) -> {
            if (!page.failed(failure)) {
                state.setText("Noted.");
            }
        });
    }

    private void showMyData() {
        Flaneur.get().call(kit -> new org.json.JSONObject(kit.myData(SECONDS)).toString(2), (json, failure) -> {
            if (!page.failed(failure)) {
                new AlertDialog.Builder(this).setTitle("What is known about me").setMessage(json).setPositiveButton("Close", null).show();
            }
        });
    }

    private void askErase() {
        new AlertDialog.Builder(this).setTitle("Erase everything?").setMessage("The service and this phone forget you. It can't be taken back.")
                .setPositiveButton("Erase", (d, w) -> Flaneur.get().erase((none, failure) -> {
                    if (!page.failed(failure)) {
                        fill();
                        offers.removeAllViews();
                    }
                })).setNegativeButton("No", null).show();
    }
}
