package io.flaneur.sample;

import android.app.Application;
import android.content.pm.PackageManager;
import android.os.Bundle;
import io.flaneur.sdk.Flaneur;
import io.flaneur.sdk.Options;

/** Makes the SDK in every process that the system starts. Server and key stand in the manifest. */
public class SampleApp extends Application {
    @Override
    public void onCreate() {
        super.onCreate();
        Flaneur.init(this, options());
    }

    protected Options options() {
        try {
            Bundle said = getPackageManager().getApplicationInfo(getPackageName(), PackageManager.GET_META_DATA).metaData;
            return new Options(said.getString("flaneur.server"), said.getString("flaneur.key"));
        } catch (PackageManager.NameNotFoundException e) {
            throw new IllegalStateException(e);
        }
    }
}
