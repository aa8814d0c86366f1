package io.flaneur.sdk;

import static org.junit.Assert.assertEquals;
import static org.junit.Assert.assertNotNull;
import static org.junit.Assert.assertTrue;
import static org.robolectric.Shadows.shadowOf;

import android.Manifest;
import android.app.Activity;
import android.app.AlertDialog;
import android.content.Intent;
import android.graphics.drawable.BitmapDrawable;
import android.os.Build;
import android.view.View;
import android.view.ViewGroup;
import android.widget.ImageView;
import android.widget.Switch;
import android.widget.TextView;
import io.flaneur.offerkit.Config;
import io.flaneur.offerkit.Listener;
import io.flaneur.offerkit.OfferList;
import io.flaneur.offerkit.Redemption;
import io.flaneur.offerkit.Store;
import io.flaneur.sample.MainActivity;
import io.flaneur.sample.OfferActivity;
import java.util.ArrayList;
import java.util.List;
import org.junit.Test;
import org.junit.runner.RunWith;
import org.robolectric.Robolectric;
import org.robolectric.RobolectricTestRunner;
import org.robolectric.shadows.ShadowAlertDialog;

/** A person uses the sample app. In the library's package for its fakes. */
@RunWith(RobolectricTestRunner.class)
@org.robolectric.annotation.Config(shadows = {Alerts.class, Triggers.class})
public class SampleTest {
    // A QR code's picture: any PNG will do.
    private static final byte[] PNG = java.util.Base64.getDecoder()
            .decode("iVBORw0KGgoAAAANSUhEUgAAAAEAAAABCAAAAAA6fptVAAAACklEQVR4nGNgAAAAAgABSK+kcQAAAABJRU5ErkJggg==");

    static final class SampleKit extends FakeKit {
        SampleKit(Config config, Store store, Listener listener) throws Exception {
            super(config, store, listener);
        }

        @Override
        public OfferList offers() {
            return refresh(0);
        }

        @Override
        public boolean optedIn() {
            return !consents.isEmpty();
        }

        @Override
        public void grant(String purpose, String policy) {
            calls.add("grant " + purpose + " " + policy);
            consents.add(purpose);
        }

        @Override
        public String notices(String language, int seconds) {
            return "{\"version\":\"n7\",\"sources\":[{\"source\":\"wearable\",\"title\":\"Your pulse\",\"measured\":\"Heart beats.\",\"inferred\":\"-\","
                    + "\"used\":\"-\",\"never\":\"-\",\"stop\":\"-\",\"offers\":\"-\"}]}";
        }

        @Override
        public void allowMood(String level, String sources, String policy) {
            calls.add("mood " + level + " " + sources + " " + policy);
            moodSources = sources;
        }

        @Override
        public void reportMood(double valence, double arousal) {
            calls.add("feels " + valence);
        }

        @Override
        public String myData(int seconds) {
            return "{\"user\":\"usr_1\"}";
        }

        @Override
        public Redemption reserve(String offerID, int seconds) {
            Redemption r = new Redemption() {
                @Override
                public byte[] qr() {
                    return PNG;
                }
            };
            r.setCode("7QK3M-9XTB4");
            return r;
        }
    }

    private final Phone phone = new Phone();
    private Activity activity;

    private void open() {
        phone.flaneur = Flaneur.init(phone.app, phone.options, (config, store, listener) -> phone.kit = new SampleKit(config, store, listener));
        activity = Robolectric.buildActivity(MainActivity.class).setup().get();
        phone.settle();
    }

    private void optIn() {
        phone.grantLocation().grant(Manifest.permission.POST_NOTIFICATIONS);
        open();
        find(Switch.class, "Where I am").performClick();
        find(Switch.class, "Tell me").performClick();
        find(TextView.class, "Opt in").performClick();
        phone.await(() -> phone.kit.consents.size() == 2);
        phone.await(() -> find(TextView.class, "On.") != null);
    }

    private <V extends TextView> V find(Class<V> type, String text) {
        List<View> all = new ArrayList<>();
        all.add(activity.findViewById(android.R.id.content));
        for (int i = 0; i < all.size(); i++) {
            View v = all.get(i);
            if (type.isInstance(v) && ((TextView) v).getText().toString().startsWith(text)) {
                return type.cast(v);
            }
            for (int c = 0; v instanceof ViewGroup && c < ((ViewGroup) v).getChildCount(); c++) {
                all.add(((ViewGroup) v).getChildAt(c));
            }
        }
        return null;
    }

    @Test
    public void optsInAndSeesOffers() {
        optIn();
        assertNotNull(find(TextView.class, "Mittagsmenü"));
        find(TextView.class, "Mittagsmenü").performClick();
        assertEquals(OfferActivity.class.getName(), shadowOf(activity).getNextStartedActivity().getComponent().getClassName());
    }

    @Test
    @org.robolectric.annotation.Config(qualifiers = "de")
    public void speaksGerman() {
        open();
        find(Switch.class, "Wo ich bin").performClick();
        find(TextView.class, "Mitmachen").performClick();
        phone.await(() -> phone.kit.consents.contains("location"));
        phone.await(() -> find(TextView.class, "An.") != null);
    }

    @Test
    public void asksThePlatformAfterThePerson() {
        open();
        find(Switch.class, "Where I am").performClick();
        find(TextView.class, "Opt in").performClick();
        phone.await(() -> shadowOf(activity).getLastRequestedPermission() != null);
        assertEquals(2, shadowOf(activity).getLastRequestedPermission().requestedPermissions.length);
    }

    @Test
    public void switchesCountAtOnce() {
        optIn();
        find(Switch.class, "Where I am").performClick();
        phone.await(() -> phone.kit.calls.contains("withdraw location"));
        find(Switch.class, "What I bought").performClick();
        phone.await(() -> phone.kit.calls.contains("grant purchases 2026-11"));
    }

    @Test
    public void theStrapNeedsItsNotice() {
        optIn();
        find(Switch.class, "A heart-rate strap").performClick();
        phone.await(() -> ShadowAlertDialog.getLatestDialog() != null);
        AlertDialog notice = (AlertDialog) ShadowAlertDialog.getLatestDialog();
        assertEquals("Your pulse", shadowOf(notice).getTitle().toString());
        assertTrue("nothing before", phone.kit.calls.stream().noneMatch(c -> c.startsWith("mood")));
        notice.getButton(AlertDialog.BUTTON_POSITIVE).performClick();
        phone.await(() -> phone.kit.calls.contains("mood quiet self,wearable n7"));
    }

    @Test
    public void moodMyDataErase() {
        optIn();
        find(TextView.class, "🙂").performClick();
        phone.await(() -> phone.kit.calls.contains("feels 0.5"));
        find(TextView.class, "What is known").performClick();
        phone.await(() -> ShadowAlertDialog.getLatestDialog() != null);
        assertTrue(shadowOf((AlertDialog) ShadowAlertDialog.getLatestDialog()).getMessage().toString().contains("usr_1"));
        find(TextView.class, "Erase").performClick();
        phone.settle();
        ((AlertDialog) ShadowAlertDialog.getLatestDialog()).getButton(AlertDialog.BUTTON_POSITIVE).performClick();
        phone.await(() -> phone.kit.consents.isEmpty());
        phone.await(() -> find(TextView.class, "You have not opted in.") != null);
    }

    @Test
    public void showsWhyAndTheCode() {
        optIn();
        activity = Robolectric.buildActivity(OfferActivity.class, new Intent().putExtra("offer", "off_1")).setup().get();
        phone.await(() -> find(TextView.class, "Mittagsmenü") != null);
        assertNotNull(find(TextView.class, "0 %  Es ist Mittagszeit"));
        find(TextView.class, "I want it").performClick();
        phone.await(() -> find(TextView.class, "7QK3M-9XTB4") != null);
        ViewGroup group = (ViewGroup) find(TextView.class, "7QK3M-9XTB4").getParent();
        assertNotNull(((BitmapDrawable) ((ImageView) group.getChildAt(1)).getDrawable()).getBitmap());
        find(TextView.class, "Weniger davon").performClick();
        phone.await(() -> phone.kit.calls.contains("less_like_this dlv_off_1"));
        phone.await(() -> activity.isFinishing());
    }

    @Test
    public void aTappedNotificationOpensItsOffer() {
        phone.grantLocation();
        phone.flaneur = Flaneur.init(phone.app, phone.options, (config, store, listener) -> phone.kit = new SampleKit(config, store, listener));
        activity = Robolectric.buildActivity(MainActivity.class, new Intent().putExtra("offer", "off_1").putExtra("delivery", "dlv_1")).setup().get();
        phone.settle();
        assertEquals("off_1", shadowOf(activity).getNextStartedActivity().getStringExtra("offer"));
        phone.await(() -> phone.kit.calls.contains("opened dlv_1"));
        if (Build.VERSION.SDK_INT >= 29) {
            find(TextView.class, "Start again").performClick();
            assertNotNull(ShadowAlertDialog.getLatestDialog());
        }
    }
}
