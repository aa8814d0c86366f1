package io.flaneur.sdk;

import android.annotation.TargetApi;
import android.bluetooth.BluetoothAdapter;
import android.bluetooth.BluetoothDevice;
import android.bluetooth.BluetoothGatt;
import android.bluetooth.BluetoothGattCallback;
import android.bluetooth.BluetoothGattCharacteristic;
import android.bluetooth.BluetoothGattDescriptor;
import android.bluetooth.BluetoothGattService;
import android.bluetooth.BluetoothManager;
import android.bluetooth.BluetoothProfile;
import android.bluetooth.le.BluetoothLeScanner;
import android.bluetooth.le.ScanCallback;
import android.bluetooth.le.ScanFilter;
import android.bluetooth.le.ScanResult;
import android.bluetooth.le.ScanSettings;
import android.content.Context;
import android.os.Build;
import android.os.Handler;
import android.os.ParcelUuid;
import io.flaneur.offerkit.Kit;
import java.util.Arrays;
import java.util.Collections;
import java.util.UUID;

/**
 * A chest strap or watch with the Bluetooth heart-rate service. Its measurements go to the core as they are; they stay on
 * the phone. On the worker's thread.
 */
final class HeartRateStrap {
    static final UUID SERVICE = UUID.fromString("0000180d-0000-1000-8000-00805f9b34fb");
    static final UUID MEASUREMENT = UUID.fromString("00002a37-0000-1000-8000-00805f9b34fb");
    static final UUID CONFIG = UUID.fromString("00002902-0000-1000-8000-00805f9b34fb");
    private static final long SCAN_MILLIS = 30_000;

    private final Context context;
    private final Kit kit;
    private final Handler worker;
    private final Flaneur.Failures failures;
    private BluetoothLeScanner scanner;
    private BluetoothGatt gatt;

    HeartRateStrap(Context context, Kit kit, Handler worker, Flaneur.Failures failures) {
        this.context = context;
        this.kit = kit;
        this.worker = worker;
        this.failures = failures;
    }

    /** Searches for half a minute and stays with the first strap that it finds, also when that goes away and comes back. */
    void connect() throws Failure {
        if (!allowed()) {
            throw new Failure("consent_required", "mood.wearable", "The person has not allowed this.");
        }
        if (!Access.of(context).bluetooth) {
            throw new Failure("forbidden", "permission.bluetooth", "The person does not let the app search for a strap.");
        }
        BluetoothManager manager = (BluetoothManager) context.getSystemService(Context.BLUETOOTH_SERVICE);
        BluetoothAdapter adapter = manager == null ? null : manager.getAdapter();
        BluetoothLeScanner found = adapter == null || !adapter.isEnabled() ? null : adapter.getBluetoothLeScanner();
        if (found == null) {
            throw new Failure("unavailable", "bluetooth", "Bluetooth is off, or this phone has none.");
        }
        close();
        try {
            scanner = found;
            scanner.startScan(Collections.singletonList(new ScanFilter.Builder().setServiceUuid(new ParcelUuid(SERVICE)).build()),
                    new ScanSettings.Builder().setScanMode(ScanSettings.SCAN_MODE_LOW_POWER).build(), scanned);
            worker.postDelayed(scanOver, SCAN_MILLIS);
        } catch (SecurityException e) {
            close();
            throw new Failure("forbidden", "permission.bluetooth", e.toString());
        }
    }

    private boolean allowed() {
        String sources = kit.consents().getMoodSources();
        return sources != null && Arrays.asList(sources.split(",")).contains("wearable");
    }

    /** Lets go of the strap if it is no longer allowed. */
    void settle() {
        if ((gatt != null || scanner != null) && !allowed()) {
            close();
        }
    }

    void close() {
        endScan();
        if (gatt != null) {
            try {
                gatt.close();
            } catch (SecurityException ignored) { // the permission is gone, and the connection with it
            }
            gatt = null;
        }
    }

    private final Runnable scanOver = this::nothingFound;

    private void nothingFound() {
        endScan();
        failures.report(new Failure("not_found", "heartRate", "No strap was found within half a minute."));
    }

    private void endScan() {
        worker.removeCallbacks(scanOver);
        if (scanner != null) {
            try {
                scanner.stopScan(scanned);
            } catch (SecurityException | IllegalStateException ignored) { // no permission or no Bluetooth: no scan
            }
            scanner = null;
        }
    }

    private final ScanCallback scanned = new ScanCallback() {
        @Override
        public void onScanResult(int type, ScanResult result) {
            worker.post(() -> take(result.getDevice()));
        }

        @Override
        public void onScanFailed(int error) {
            failures.report(new Failure("unavailable", "bluetooth", "The search failed with " + error + "."));
        }
    };

    private void take(BluetoothDevice device) {
        if (scanner == null || gatt != null || !allowed()) {
            return;
        }
        endScan();
        try {
            gatt = device.connectGatt(context, true, strap, BluetoothDevice.TRANSPORT_LE); // true: comes back by itself
        } catch (SecurityException e) {
            failures.report(new Failure("forbidden", "permission.bluetooth", e.toString()));
        }
    }

    // Called on the platform's Bluetooth threads.
    private final BluetoothGattCallback strap = new BluetoothGattCallback() {
        @Override
        public void onConnectionStateChange(BluetoothGatt g, int status, int state) {
            if (state == BluetoothProfile.STATE_CONNECTED) {
                safely(g::discoverServices);
            }
        }

        @Override
        public void onServicesDiscovered(BluetoothGatt g, int status) {
            safely(() -> listen(g));
        }

        @Override
        public void onCharacteristicChanged(BluetoothGatt g, BluetoothGattCharacteristic c) { // below Android 13
            measured(c.getUuid(), c.getValue());
        }

        @Override
        public void onCharacteristicChanged(BluetoothGatt g, BluetoothGattCharacteristic c, byte[] value) {
            measured(c.getUuid(), value);
        }
    };

    private void listen(BluetoothGatt g) {
        BluetoothGattService service = g.getService(SERVICE);
        BluetoothGattCharacteristic heart = service == null ? null : service.getCharacteristic(MEASUREMENT);
        BluetoothGattDescriptor config = heart == null ? null : heart.getDescriptor(CONFIG);
        if (config == null || !g.setCharacteristicNotification(heart, true)) {
            return;
        }
        enable(g, config);
    }

    @TargetApi(33)
    private static void enable(BluetoothGatt g, BluetoothGattDescriptor config) {
        if (Build.VERSION.SDK_INT >= 33) {
            g.writeDescriptor(config, BluetoothGattDescriptor.ENABLE_NOTIFICATION_VALUE);
        } else {
            config.setValue(BluetoothGattDescriptor.ENABLE_NOTIFICATION_VALUE);
            g.writeDescriptor(config);
        }
    }

    private void measured(UUID what, byte[] value) {
        if (!MEASUREMENT.equals(what) || value == null) {
            return;
        }
        byte[] payload = value.clone(); // the platform's own, and bytes go to Go by reference
        long now = System.currentTimeMillis();
        worker.post(() -> {
            settle(); // a consent may end without a word of the core: on another device, for one
            if (gatt == null) {
                return;
            }
            try {
                kit.heartRate(payload, now);
            } catch (Exception e) {
                failures.report(Failure.of(e));
            }
        });
    }

    private void safely(Runnable call) {
        try {
            call.run();
        } catch (SecurityException e) {
            failures.report(new Failure("forbidden", "permission.bluetooth", e.toString()));
        }
    }
}
