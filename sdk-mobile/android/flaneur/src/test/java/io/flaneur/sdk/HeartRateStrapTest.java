package io.flaneur.sdk;

import static org.junit.Assert.assertEquals;
import static org.junit.Assert.assertFalse;
import static org.junit.Assert.assertTrue;
import static org.robolectric.Shadows.shadowOf;

import android.Manifest;
import android.bluetooth.BluetoothAdapter;
import android.bluetooth.BluetoothDevice;
import android.bluetooth.BluetoothGatt;
import android.bluetooth.BluetoothGattCallback;
import android.bluetooth.BluetoothGattCharacteristic;
import android.bluetooth.BluetoothGattDescriptor;
import android.bluetooth.BluetoothGattService;
import android.bluetooth.BluetoothManager;
import android.bluetooth.BluetoothProfile;
import android.bluetooth.le.ScanCallback;
import android.bluetooth.le.ScanResult;
import android.content.Context;
import org.junit.Test;
import org.junit.runner.RunWith;
import org.robolectric.RobolectricTestRunner;
import org.robolectric.annotation.Config;
import org.robolectric.shadows.ShadowBluetoothGatt;
import org.robolectric.util.ReflectionHelpers;

@RunWith(RobolectricTestRunner.class)
@Config(shadows = {Alerts.class, Triggers.class})
public class HeartRateStrapTest {
    private final Phone phone = new Phone();
    private final BluetoothAdapter adapter =
            ((BluetoothManager) phone.app.getSystemService(Context.BLUETOOTH_SERVICE)).getAdapter();

    private void start() {
        shadowOf(adapter).setEnabled(true);
        shadowOf(adapter).setState(BluetoothAdapter.STATE_ON);
        phone.grantLocation().grant(Manifest.permission.BLUETOOTH_SCAN, Manifest.permission.BLUETOOTH_CONNECT).boot().show().optIn().runService();
    }

    @Test
    public void onlyWithConsentToWhatOneWears() {
        start();
        phone.flaneur.heartRate(true);
        phone.settle();
        assertEquals("consent_required", phone.failures.get(0).code);
        assertEquals("mood.wearable", phone.failures.get(0).field);
        assertEquals(0, scans());
    }

    @Test
    public void onlyWithPermission() {
        start();
        phone.kit.moodSources = "self,wearable";
        phone.deny(Manifest.permission.BLUETOOTH_SCAN, Manifest.permission.ACCESS_FINE_LOCATION);
        phone.flaneur.heartRate(true);
        phone.settle();
        assertEquals("permission.bluetooth", phone.failures.get(0).field);
    }

    private int scans() {
        return shadowOf(adapter.getBluetoothLeScanner()).getScanCallbacks().size();
    }

    @Test
    public void measurementsReachTheCoreUntilConsentEnds() {
        start();
        phone.kit.moodSources = "self,wearable";
        phone.flaneur.heartRate(true);
        phone.settle();
        assertEquals(1, scans());
        BluetoothDevice device = adapter.getRemoteDevice("00:11:22:33:44:55");
        ScanCallback scan = shadowOf(adapter.getBluetoothLeScanner()).getScanCallbacks().iterator().next();
        scan.onScanResult(1, new ScanResult(device, null, -50, 1));
        phone.settle();
        assertEquals("the first one found ends the search", 0, scans());

        HeartRateStrap strap = phone.host().strap;
        BluetoothGatt gatt = ReflectionHelpers.getField(strap, "gatt");
        BluetoothGattCallback callback = ReflectionHelpers.getField(strap, "strap");
        BluetoothGattCharacteristic heart = new BluetoothGattCharacteristic(HeartRateStrap.MEASUREMENT, BluetoothGattCharacteristic.PROPERTY_NOTIFY, 0);
        BluetoothGattDescriptor config = new BluetoothGattDescriptor(HeartRateStrap.CONFIG, BluetoothGattDescriptor.PERMISSION_WRITE);
        heart.addDescriptor(config);
        BluetoothGattService service = new BluetoothGattService(HeartRateStrap.SERVICE, BluetoothGattService.SERVICE_TYPE_PRIMARY);
        service.addCharacteristic(heart);
        ShadowBluetoothGatt shadow = org.robolectric.shadow.api.Shadow.extract(gatt);
        shadow.addDiscoverableService(service);
        shadow.allowCharacteristicNotification(heart);
        callback.onConnectionStateChange(gatt, BluetoothGatt.GATT_SUCCESS, BluetoothProfile.STATE_CONNECTED);
        callback.onServicesDiscovered(gatt, BluetoothGatt.GATT_SUCCESS);
        phone.settle();

        heart.setValue(new byte[] {0x10, 72, 0x34, 0x03});
        callback.onCharacteristicChanged(gatt, heart);
        phone.settle();
        assertTrue(phone.kit.calls.toString(), phone.kit.calls.contains("heart 4"));

        phone.kit.moodSources = "self";
        phone.kit.listener.onState("online");
        phone.settle();
        assertTrue("let go of at once", shadow.isClosed());
        phone.kit.calls.clear();
        callback.onCharacteristicChanged(gatt, heart);
        phone.settle();
        assertTrue(phone.kit.calls.isEmpty());
    }

    @Test
    public void aConsentThatEndedElsewhereEndsIt() {
        start();
        phone.kit.moodSources = "self,wearable";
        phone.flaneur.heartRate(true);
        phone.settle();
        ScanCallback scan = shadowOf(adapter.getBluetoothLeScanner()).getScanCallbacks().iterator().next();
        scan.onScanResult(1, new ScanResult(adapter.getRemoteDevice("00:11:22:33:44:55"), null, -50, 1));
        phone.settle();
        HeartRateStrap strap = phone.host().strap;
        BluetoothGatt gatt = ReflectionHelpers.getField(strap, "gatt");
        BluetoothGattCallback callback = ReflectionHelpers.getField(strap, "strap");
        BluetoothGattCharacteristic heart = new BluetoothGattCharacteristic(HeartRateStrap.MEASUREMENT, BluetoothGattCharacteristic.PROPERTY_NOTIFY, 0);
        heart.setValue(new byte[] {0x10, 72, 0x34, 0x03});
        phone.kit.moodSources = "self"; // of which the core need not tell: neither plan nor state changes
        callback.onCharacteristicChanged(gatt, heart);
        phone.settle();
        assertFalse(phone.kit.calls.contains("heart 4"));
        ShadowBluetoothGatt shadow = org.robolectric.shadow.api.Shadow.extract(gatt);
        assertTrue(shadow.isClosed());
    }

    @Test
    public void noStrapAround() {
        start();
        phone.kit.moodSources = "wearable";
        phone.flaneur.heartRate(true);
        phone.settle();
        android.os.Handler worker = ReflectionHelpers.getField(phone.flaneur, "worker");
        shadowOf(worker.getLooper()).idleFor(java.time.Duration.ofSeconds(31));
        phone.settle();
        assertEquals("not_found", phone.failures.get(0).code);
        assertEquals(0, scans());
    }

    @Test
    public void bluetoothOff() {
        start();
        phone.kit.moodSources = "wearable";
        shadowOf(adapter).setEnabled(false);
        shadowOf(adapter).setState(BluetoothAdapter.STATE_OFF);
        phone.flaneur.heartRate(true);
        phone.settle();
        assertEquals("unavailable", phone.failures.get(0).code);
    }
}
