package io.flaneur.sdk;

import io.flaneur.offerkit.Offerkit;

/** How the app wants Flaneur to work. Only server and key have no default. */
public final class Options {
    final String serverUrl;
    final String publishableKey;
    String preset = Offerkit.PresetResponsive;
    String language = "";
    int icon;
    boolean service = true;
    boolean notifyWhileVisible;
    boolean simulated;
    LocationSource location;

    /**
     * @param serverUrl as "https://flaneur.example"
     * @param publishableKey fl_live_pk_… or, for development, fl_test_pk_…; never a secret key
     */
    public Options(String serverUrl, String publishableKey) {
        this.serverUrl = serverUrl;
        this.publishableKey = publishableKey;
    }

    /** How much battery promptness may cost: a Preset constant of {@link Offerkit}. Default: responsive. */
    public Options preset(String preset) {
        this.preset = preset;
        return this;
    }

    /** Language of texts, en or de. Default: the device's, or English. */
    public Options language(String language) {
        this.language = language;
        return this;
    }

    /** Small icon of notifications, white on transparent. Default: a compass of the platform. */
    public Options icon(int drawable) {
        this.icon = drawable;
        return this;
    }

    /** Whether a foreground service keeps positions coming while the app is not visible. Default: yes. */
    public Options foregroundService(boolean wanted) {
        this.service = wanted;
        return this;
    }

    /** Whether offers are notified of while the app is visible, too. Default: no, the app's listener shows them. */
    public Options notifyWhileVisible(boolean wanted) {
        this.notifyWhileVisible = wanted;
        return this;
    }

    /** Where positions come from. Default: the platform's LocationManager. */
    public Options location(LocationSource source) {
        this.location = source;
        return this;
    }

    /** Nobody real: the server takes the times of the fixes as now. For tests. */
    public Options simulated(boolean simulated) {
        this.simulated = simulated;
        return this;
    }
}
