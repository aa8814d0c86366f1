package androidx.test.platform.app;

import android.app.Instrumentation;
import android.os.Bundle;

/** Just what Robolectric asks of androidx.test:monitor, which is not on Maven Central. */
public final class InstrumentationRegistry {
    private static Instrumentation instance;

    private InstrumentationRegistry() {}

    public static Instrumentation getInstrumentation() {
        if (instance == null) {
            throw new IllegalStateException("No instrumentation registered.");
        }
        return instance;
    }

    public static void registerInstance(Instrumentation instrumentation, Bundle arguments) {
        instance = instrumentation;
    }
}
