package io.flaneur.sdk;

import android.annotation.TargetApi;
import android.app.Notification;
import android.app.NotificationChannel;
import android.app.NotificationManager;
import android.app.PendingIntent;
import android.content.Context;
import android.content.Intent;
import android.graphics.drawable.Icon;
import android.net.Uri;
import android.os.Build;
import android.service.notification.StatusBarNotification;
import io.flaneur.offerkit.Control;
import io.flaneur.offerkit.ControlList;
import io.flaneur.offerkit.Offer;
import io.flaneur.offerkit.ReasonList;

/** The notifications of offers, one for each, and of the service. */
final class Notifications {
    static final String OFFERS = "flaneur.offers";
    static final String RUNNING = "flaneur.running";
    static final int RUNNING_ID = 0xF1A;
    // Tag and id that Firebase gives to what it shows by itself: the same offer by both ways takes one place.
    static final int OFFER_ID = 0;
    // Keys of Firebase's data, which stand in the intent that opens the app, whoever showed the notification.
    static final String EXTRA_OFFER = "offer";
    static final String EXTRA_DELIVERY = "delivery";
    private static final int MAX_BUTTONS = 3; // that the platform shows
    private static final int MAX_REASONS = 3;
    private static final long ONE_INTERRUPTION_MILLIS = 3000;

    private final Context context;
    private final NotificationManager manager;
    private final Texts texts;
    private final int icon;
    private long lastShown = -ONE_INTERRUPTION_MILLIS;

    Notifications(Context context, String language, int icon) {
        this.context = context;
        this.texts = Texts.in(language);
        this.icon = icon != 0 ? icon : android.R.drawable.ic_menu_compass;
        manager = (NotificationManager) context.getSystemService(Context.NOTIFICATION_SERVICE);
        if (Build.VERSION.SDK_INT >= 26) {
            makeChannels();
        }
    }

    @TargetApi(26)
    private void makeChannels() {
        manager.createNotificationChannel(new NotificationChannel(OFFERS, texts.channelOffers, NotificationManager.IMPORTANCE_HIGH));
        NotificationChannel running = new NotificationChannel(RUNNING, texts.channelRunning, NotificationManager.IMPORTANCE_LOW);
        running.setShowBadge(false);
        manager.createNotificationChannel(running);
    }

    /** The notification that the service has to show. */
    Notification running() {
        Notification.Builder b = builder(RUNNING).setContentTitle(texts.running).setContentText(texts.runningWhy)
                .setOngoing(true).setShowWhen(false).setCategory(Notification.CATEGORY_SERVICE);
        if (Build.VERSION.SDK_INT < 26) {
            b.setPriority(Notification.PRIORITY_LOW);
        }
        Intent open = launch();
        if (open != null) {
            b.setContentIntent(PendingIntent.getActivity(context, 0, open, immutable()));
        }
        return b.build();
    }

    /**
     * Shows an offer, in place of an older one of the same id. What a digest brings together interrupts once.
     *
     * @param nowMillis of a clock that only goes forward
     */
    synchronized void show(Offer offer, long nowMillis) {
        boolean quiet = nowMillis - lastShown < ONE_INTERRUPTION_MILLIS;
        lastShown = nowMillis;
        String body = join(" ", offer.getPlaceName(), offer.getText());
        Notification.Builder b = builder(OFFERS).setContentTitle(offer.getTitle()).setContentText(body)
                .setStyle(new Notification.BigTextStyle().bigText(join("\n", body, why(offer.reasons()))))
                .setAutoCancel(true).setCategory(Notification.CATEGORY_RECOMMENDATION)
                .setVisibility(Notification.VISIBILITY_PRIVATE) // where somebody shops is nobody else's business
                .setDeleteIntent(tap(offer, FlaneurReceiver.DISMISSED));
        if (!text(offer.getLabel()).isEmpty()) {
            b.setSubText(offer.getLabel()); // who pays for it to be shown
        }
        interrupt(b, quiet, offer.getEndsMillis());
        Intent open = launch();
        if (open != null) {
            open.putExtra(EXTRA_OFFER, offer.getID()).putExtra(EXTRA_DELIVERY, offer.getDelivery());
            b.setContentIntent(PendingIntent.getActivity(context, offer.getID().hashCode(), open,
                    immutable() | PendingIntent.FLAG_UPDATE_CURRENT));
        }
        ControlList controls = offer.controls();
        for (int i = 0; i < Math.min(controls.size(), MAX_BUTTONS); i++) {
            Control c = controls.at(i);
            b.addAction(new Notification.Action.Builder((Icon) null, c.getText(), tap(offer, c.getAction())).build());
        }
        manager.notify(offer.getID(), OFFER_ID, b.build());
    }

    @TargetApi(26)
    private static void interrupt(Notification.Builder b, boolean quiet, long endsMillis) {
        if (Build.VERSION.SDK_INT < 26) {
            b.setPriority(Notification.PRIORITY_HIGH).setDefaults(quiet ? 0 : Notification.DEFAULT_ALL);
            return;
        }
        b.setGroup(OFFERS).setGroupAlertBehavior(quiet ? Notification.GROUP_ALERT_SUMMARY : Notification.GROUP_ALERT_ALL);
        long left = endsMillis - System.currentTimeMillis();
        if (left > 0) { // nobody is to come too late for it; by a clock that is fast it seems over, which the core knows better
            b.setTimeoutAfter(left);
        }
    }

    void cancel(String offerId) {
        manager.cancel(offerId, OFFER_ID);
    }

    /** Takes all offers back; the service's notification stays as long as the service. */
    void clear() {
        for (StatusBarNotification n : manager.getActiveNotifications()) {
            if (n.getTag() != null && n.getTag().startsWith("off_")) { // whoever showed it
                manager.cancel(n.getTag(), n.getId());
            }
        }
    }

    private String why(ReasonList reasons) {
        StringBuilder b = new StringBuilder();
        for (int i = 0; i < Math.min(reasons.size(), MAX_REASONS); i++) {
            b.append(i == 0 ? texts.why : " · ").append(reasons.at(i).getText());
        }
        return b.toString();
    }

    private PendingIntent tap(Offer offer, String action) {
        Intent intent = new Intent(context, FlaneurReceiver.class).setAction(FlaneurReceiver.FEEDBACK)
                .setData(Uri.fromParts("flaneur", offer.getID() + "/" + action, null))
                .putExtra(EXTRA_OFFER, offer.getID()).putExtra(EXTRA_DELIVERY, offer.getDelivery())
                .putExtra(FlaneurReceiver.EXTRA_ACTION, action);
        return PendingIntent.getBroadcast(context, 0, intent, immutable() | PendingIntent.FLAG_UPDATE_CURRENT);
    }

    private Intent launch() {
        Intent open = context.getPackageManager().getLaunchIntentForPackage(context.getPackageName());
        return open == null ? null : open.addFlags(Intent.FLAG_ACTIVITY_NEW_TASK | Intent.FLAG_ACTIVITY_CLEAR_TOP);
    }

    @TargetApi(26)
    private Notification.Builder builder(String channel) {
        Notification.Builder b = Build.VERSION.SDK_INT >= 26 ? new Notification.Builder(context, channel) : new Notification.Builder(context);
        return b.setSmallIcon(icon).setOnlyAlertOnce(true);
    }

    private static int immutable() {
        return PendingIntent.FLAG_IMMUTABLE;
    }

    private static String text(String s) {
        return s == null ? "" : s;
    }

    private static String join(String between, String first, String second) {
        return text(first).isEmpty() || text(second).isEmpty() ? text(first) + text(second) : first + between + second;
    }
}
