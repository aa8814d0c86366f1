package io.flaneur.sample;

import static io.flaneur.sample.Words.say;

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
        page.heading(say("What you allow", "Was du erlaubst"));
        page.text(say("Nothing is collected before you say so. Each switch is of its own, and counts at once.",
                "Bevor du es sagst, wird nichts erfasst. Jeder Schalter steht für sich und gilt sofort."));
        location = page.choice(say("Where I am, for offers near me", "Wo ich bin, für Angebote in der Nähe"));
        push = page.choice(say("Tell me of offers unasked", "Angebote auch ungefragt zeigen"));
        purchases = page.choice(say("What I bought, for offers that fit", "Was ich gekauft habe, damit Angebote passen"));
        mood = page.choice(say("How I feel, only to keep things quiet", "Wie es mir geht, nur damit Ruhe ist"));
        strap = page.choice(say("A heart-rate strap tells how I feel", "Ein Pulsgurt sagt, wie es mir geht"));
        optIn = page.button(say("Opt in", "Mitmachen"), this::optIn);
        always = page.button(say("Start again after a restart of the phone …",
                "Nach einem Neustart des Telefons weitermachen …"), this::askAlways);
        page.heading(say("Near me", "In der Nähe"));
        page.button(say("Look", "Suchen"), this::refresh);
        offers = page.group();
        page.heading(say("How do you feel?", "Wie geht es dir?"));
        LinearLayout faces = page.group();
        faces.setOrientation(LinearLayout.HORIZONTAL);
        for (int i = 0; i < FACES.length; i++) {
            double valence = (i - 2) / 2.0;
            page.button(faces, FACES[i], () -> feel(valence))
                    .setContentDescription(say("Mood ", "Stimmung ") + (i + 1) + say(" of ", " von ") + FACES.length);
        }
        page.heading(say("Yours", "Deins"));
        page.button(say("What is known about me", "Was über mich bekannt ist"), this::showMyData);
        page.button(say("Erase everything about me", "Alles über mich löschen"), this::askErase);

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
            state.setText(!in ? say("You have not opted in.", "Du machst nicht mit.") : (Boolean) is[1] ? say("On.", "An.") : say("Off.", "Aus."));
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
            state.setText(say("Please answer the question.", "Bitte beantworte die Frage."));
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
        new AlertDialog.Builder(this).setTitle(say("Always allow?", "Immer erlauben?"))
                .setMessage(say("This app collects location data to find offers near you even when the app is closed or not in use, also after your "
                        + "phone was restarted.",
                        "Diese App erfasst Standortdaten, um Angebote in deiner Nähe zu finden, auch wenn sie geschlossen ist oder nicht benutzt "
                        + "wird, und nach einem Neustart deines Telefons."))
                .setPositiveButton(say("Go on", "Weiter"), (d, w) -> Access.ask(this, 4, Flaneur.get().access().forBackground()))
                .setNegativeButton(say("No", "Nein"), null).show();
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
        Flaneur.get().call(kit -> Notice.read(kit.notices(Words.language(), SECONDS), "wearable"), (notice, failure) -> {
            if (page.failed(failure)) {
                fill();
                return;
            }
            new AlertDialog.Builder(this).setTitle(notice.title).setMessage(notice.text)
                    .setPositiveButton(say("Allow", "Erlauben"), (d, w) -> Flaneur.get().call(kit -> {
                        kit.allowMood("quiet", "self,wearable", notice.version);
                        return null;
                    }, (none, refused) -> {
                        moved(null, refused);
                        if (refused == null && !Access.ask(this, 3, Flaneur.get().access().forHeartRate())) {
                            Flaneur.get().heartRate(true);
                        }
                    }))
                    .setNegativeButton(say("No", "Nein"), (d, w) -> fill()).setOnCancelListener(d -> fill()).show();
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
                state.setText(say("Noted.", "Notiert."));
            }
        });
    }

    private void showMyData() {
        Flaneur.get().call(kit -> new org.json.JSONObject(kit.myData(SECONDS)).toString(2), (json, failure) -> {
            if (!page.failed(failure)) {
                new AlertDialog.Builder(this).setTitle(say("What is known about me", "Was über mich bekannt ist"))
                        .setMessage(json).setPositiveButton(say("Close", "Schließen"), null).show();
            }
        });
    }

    private void askErase() {
        new AlertDialog.Builder(this).setTitle(say("Erase everything?", "Alles löschen?"))
                .setMessage(say("The service and this phone forget you. It can't be taken back.",
                        "Der Dienst und dieses Telefon vergessen dich. Das lässt sich nicht zurücknehmen."))
                .setPositiveButton(say("Erase", "Löschen"), (d, w) -> Flaneur.get().erase((none, failure) -> {
                    if (!page.failed(failure)) {
                        fill();
                        offers.removeAllViews();
                    }
                })).setNegativeButton(say("No", "Nein"), null).show();
    }
}
