package io.flaneur.sdk;

import android.app.Service;
import android.content.Intent;
import android.content.pm.ServiceInfo;
import android.os.Build;
import android.os.IBinder;

/**
 * Keeps the process and its right to positions while the app is not visible. It does nothing itself: {@link Flaneur}
 * measures. Declared with foregroundServiceType="location".
 */
public final class FlaneurService extends Service {
    @Override
    public void onCreate() {
        super.onCreate();
        Flaneur flaneur = Flaneur.instance();
        if (flaneur == null) { // the app did not call Flaneur.init in Application.onCreate
            stopSelf();
            return;
        }
        try {
            if (Build.VERSION.SDK_INT >= 29) {
                startForeground(Notifications.RUNNING_ID, flaneur.notifications.running(), ServiceInfo.FOREGROUND_SERVICE_TYPE_LOCATION);
            } else {
                startForeground(Notifications.RUNNING_ID, flaneur.notifications.running());
            }
            flaneur.serviceUp(this);
        } catch (IllegalStateException | SecurityException e) { // since Android 12, 14: not now, or no permission
            flaneur.serviceRefused(e);
            stopSelf();
        }
    }

    @Override
    public int onStartCommand(Intent intent, int flags, int startId) {
        return START_STICKY; // the system brings it back, and the core goes on where it was
    }

    @Override
    public void onDestroy() {
        Flaneur flaneur = Flaneur.instance();
        if (flaneur != null) {
            flaneur.serviceDown(this);
        }
        super.onDestroy();
    }

    @Override
    public IBinder onBind(Intent intent) {
        return null;
    }
}
