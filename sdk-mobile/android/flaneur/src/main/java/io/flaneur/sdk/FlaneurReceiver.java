package io.flaneur.sdk;

import android.content.BroadcastReceiver;
import android.content.Context;
import android.content.Intent;

/** What wakes the SDK: the phone has started, the app was updated, a fence was crossed, a button of a notification. */
public final class FlaneurReceiver extends BroadcastReceiver {
    static final String FENCE = "io.flaneur.sdk.FENCE";
    static final String FEEDBACK = "io.flaneur.sdk.FEEDBACK";
    static final String EXTRA_ACTION = "action";
    static final String DISMISSED = "dismissed";

    @Override
    public void onReceive(Context context, Intent intent) {
        Flaneur flaneur = Flaneur.instance();
        if (flaneur == null || intent.getAction() == null) {
            return;
        }
        PendingResult pending = goAsync();
        Runnable done = () -> {
            if (pending != null) {
                pending.finish();
            }
        };
        switch (intent.getAction()) {
            case FENCE:
                flaneur.crossed(Fences.crossed(intent), done);
                break;
            case FEEDBACK:
                flaneur.tapped(intent.getStringExtra(Notifications.EXTRA_OFFER), intent.getStringExtra(Notifications.EXTRA_DELIVERY),
                        intent.getStringExtra(EXTRA_ACTION), done);
                break;
            case Intent.ACTION_BOOT_COMPLETED:
            case Intent.ACTION_MY_PACKAGE_REPLACED:
                flaneur.awake(done);
                break;
            default:
                done.run();
        }
    }
}
