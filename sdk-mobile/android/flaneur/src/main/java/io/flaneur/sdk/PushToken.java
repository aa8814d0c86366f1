package io.flaneur.sdk;

import io.flaneur.offerkit.Kit;
import io.flaneur.offerkit.Offerkit;
import io.flaneur.offerkit.Store;
import java.nio.charset.StandardCharsets;

/**
 * The token by which this device can be pushed to. Messaging services tell it once, often before anybody has opted in: it
 * waits here until the person allows pushes, and is told anew when they allow them again. On the worker's thread.
 */
final class PushToken {
    private static final String KEY = "flaneur.push";

    private final Kit kit;
    private final Store store;
    private String channel = "";
    private String token = "";
    private boolean told;

    PushToken(Kit kit, Store store) throws Exception {
        this.kit = kit;
        this.store = store;
        byte[] kept = store.load(KEY);
        String[] parts = new String(kept, StandardCharsets.UTF_8).split("\n");
        if (parts.length == 3) {
            channel = parts[0];
            token = parts[1];
            told = Boolean.parseBoolean(parts[2]);
        }
    }

    void set(String channel, String token) throws Exception {
        if (!channel.equals(this.channel) || !token.equals(this.token)) {
            this.channel = channel;
            this.token = token;
            keep(false);
        }
        settle();
    }

    void settle() throws Exception {
        boolean allowed = kit.hasConsent(Offerkit.PurposePush);
        if (allowed && !told && !token.isEmpty()) {
            kit.setPushToken(channel, token);
            keep(true);
        } else if (!allowed && told) {
            keep(false);
        }
    }

    private void keep(boolean told) throws Exception {
        this.told = told;
        store.save(KEY, (channel + "\n" + token + "\n" + told).getBytes(StandardCharsets.UTF_8));
    }
}
