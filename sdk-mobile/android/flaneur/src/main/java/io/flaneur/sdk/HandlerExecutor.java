package io.flaneur.sdk;

import android.os.Handler;
import android.os.Looper;
import java.util.concurrent.Executor;

/** Runs on a looper's thread. */
final class HandlerExecutor implements Executor {
    private final Handler handler;

    HandlerExecutor(Looper looper) {
        handler = new Handler(looper);
    }

    @Override
    public void execute(Runnable task) {
        handler.post(task);
    }
}
