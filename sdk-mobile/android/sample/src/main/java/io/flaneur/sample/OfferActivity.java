package io.flaneur.sample;

import static io.flaneur.sample.Words.say;

import android.app.Activity;
import android.graphics.BitmapFactory;
import android.os.Bundle;
import android.widget.ImageView;
import android.widget.LinearLayout;
import android.widget.TextView;
import io.flaneur.offerkit.Control;
import io.flaneur.offerkit.Offer;
import io.flaneur.offerkit.OfferList;
import io.flaneur.offerkit.Reason;
import io.flaneur.sdk.Flaneur;

/** One offer: what, why, what one tap changes, and the code for the till. */
public class OfferActivity extends Activity {
    static final String OFFER = "offer";
    private static final int SECONDS = 20;

    private Page page;
    private LinearLayout redeeming;

    @Override
    protected void onCreate(Bundle saved) {
        super.onCreate(saved);
        page = new Page(this);
        String id = getIntent().getStringExtra(OFFER);
        Flaneur.get().call(kit -> {
            Offer known = find(kit.offers(), id);
            return known != null ? known : find(kit.refresh(SECONDS), id);
        }, (offer, failure) -> {
            if (!page.failed(failure)) {
                if (offer == null) {
                    page.heading(say("This offer has gone.", "Dieses Angebot gibt es nicht mehr."));
                } else {
                    show(offer);
                }
            }
        });
    }

    private static Offer find(OfferList list, String id) {
        for (int i = 0; list != null && i < list.size(); i++) {
            if (list.at(i).getID().equals(id)) {
                return list.at(i);
            }
        }
        return null;
    }

    private void show(Offer offer) {
        page.heading(offer.getTitle());
        for (String line : new String[] {offer.getLabel(), offer.getPlaceName(), offer.getText(), offer.getTerms()}) {
            if (line != null && !line.isEmpty()) {
                page.text(line);
            }
        }
        page.heading(say("Why you see it", "Warum du es siehst"));
        for (int i = 0; i < offer.reasons().size(); i++) {
            Reason r = offer.reasons().at(i);
            page.text(Math.round(100 * r.getShare()) + " %  " + r.getText());
        }
        page.button(say("I want it", "Das möchte ich"), () -> reserve(offer));
        redeeming = page.group();
        page.heading(say("Change that", "Das ändern"));
        for (int i = 0; i < offer.controls().size(); i++) {
            Control c = offer.controls().at(i);
            page.button(c.getText(), () -> answer(offer, c.getAction()));
        }
    }

    private void answer(Offer offer, String action) {
        String about = offer.getDelivery() == null || offer.getDelivery().isEmpty() ? offer.getID() : offer.getDelivery();
        Flaneur.get().call(kit -> {
            if (action.equals("pause")) {
                kit.pause(60, SECONDS);
            } else {
                kit.feedback(about, action);
            }
            return null;
        }, (none, failure) -> {
            if (!page.failed(failure)) {
                finish();
            }
        });
    }

    private void reserve(Offer offer) {
        Flaneur.get().call(kit -> kit.reserve(offer.getID(), SECONDS), (redemption, failure) -> {
            if (page.failed(failure)) {
                return;
            }
            redeeming.removeAllViews();
            TextView code = new TextView(this);
            code.setText(redemption.getCode());
            code.setTextSize(28);
            redeeming.addView(code);
            byte[] png = redemption.qr();
            if (png != null) {
                ImageView qr = new ImageView(this);
                qr.setImageBitmap(BitmapFactory.decodeByteArray(png, 0, png.length));
                qr.setContentDescription(say("QR code of ", "QR-Code zu ") + redemption.getCode());
                redeeming.addView(qr);
            }
            page.button(redeeming, say("Give it back", "Zurückgeben"), () -> Flaneur.get().call(kit -> {
                kit.giveBack(redemption.getID(), SECONDS);
                return null;
            }, (none, gone) -> {
                if (!page.failed(gone)) {
                    redeeming.removeAllViews();
                }
            }));
        });
    }
}
