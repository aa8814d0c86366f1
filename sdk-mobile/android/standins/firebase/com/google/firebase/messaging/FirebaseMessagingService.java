package com.google.firebase.messaging;

import android.app.Service;
import android.content.Intent;
import android.os.IBinder;

/** Just what optional/ overrides; the real one is Google's, not on Maven Central. */
public class FirebaseMessagingService extends Service {
    public void onMessageReceived(RemoteMessage message) {}

    public void onNewToken(String token) {}

    @Override
    public IBinder onBind(Intent intent) {
        return null;
    }
}
