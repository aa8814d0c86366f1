package io.flaneur.firebase;

import com.google.firebase.messaging.FirebaseMessagingService;
import com.google.firebase.messaging.RemoteMessage;
import io.flaneur.sdk.Flaneur;
import java.util.HashMap;
import java.util.Map;

/**
 * Firebase Cloud Messaging for Flaneur. Copy it into an app that uses Firebase and name it in the manifest (README.md,
 * "Push"); an app with a messaging service of its own calls the two methods of {@link Flaneur} from there.
 */
public class FlaneurMessagingService extends FirebaseMessagingService {
    @Override
    public void onNewToken(String token) {
        Flaneur.get().pushToken("fcm", token);
    }

    @Override
    public void onMessageReceived(RemoteMessage message) {
        Map<String, String> data = new HashMap<>(message.getData());
        if (!data.containsKey("delivery")) {
            return; // the app's own
        }
        if (message.getNotification() != null) {
            data.put("title", message.getNotification().getTitle());
            data.put("body", message.getNotification().getBody());
        }
        Flaneur.get().handlePush(data);
    }
}
