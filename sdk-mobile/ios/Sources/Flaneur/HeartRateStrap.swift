import CoreBluetooth
import Foundation

/// A Bluetooth heart-rate strap (GATT service 0x180D, characteristic 0x2A37). Its beats become an affect on the phone; needs
/// the consent to mood from a wearable, and NSBluetoothAlwaysUsageDescription in the app's Info.plist.
public final class HeartRateStrap: NSObject, CBCentralManagerDelegate, CBPeripheralDelegate {
    private static let service = CBUUID(string: "180D")
    private static let measurement = CBUUID(string: "2A37")

    private weak var flaneur: Flaneur?
    private var central: CBCentralManager?
    private var strap: CBPeripheral?

    public init(_ flaneur: Flaneur) { self.flaneur = flaneur }

    /// Looks for a strap and listens to the first one. The system asks the person for Bluetooth the first time.
    public func start() {
        if central == nil, flaneur?.mayFeel("wearable") == true { central = CBCentralManager(delegate: self, queue: nil) }
    }

    public func stop() {
        if let strap { central?.cancelPeripheralConnection(strap) }
        central?.stopScan()
        strap = nil
        central = nil
    }

    public func centralManagerDidUpdateState(_ central: CBCentralManager) {
        guard flaneur?.mayFeel("wearable") == true else { return stop() }
        if central.state == .poweredOn { central.scanForPeripherals(withServices: [HeartRateStrap.service]) }
    }

    public func centralManager(_ central: CBCentralManager, didDiscover peripheral: CBPeripheral, advertisementData: [String: Any], rssi: NSNumber) {
        guard flaneur?.mayFeel("wearable") == true else { return stop() }
        central.stopScan()
        strap = peripheral
        peripheral.delegate = self
        central.connect(peripheral)
    }

    public func centralManager(_ central: CBCentralManager, didConnect peripheral: CBPeripheral) {
        peripheral.discoverServices([HeartRateStrap.service])
    }

    public func centralManager(_ central: CBCentralManager, didDisconnectPeripheral peripheral: CBPeripheral, error: Error?) {
        if strap == peripheral { central.connect(peripheral) } // waits until it is back
    }

    public func peripheral(_ peripheral: CBPeripheral, didDiscoverServices error: Error?) {
        peripheral.services?.forEach { peripheral.discoverCharacteristics([HeartRateStrap.measurement], for: $0) }
    }

    public func peripheral(_ peripheral: CBPeripheral, didDiscoverCharacteristicsFor service: CBService, error: Error?) {
        service.characteristics?.filter { $0.uuid == HeartRateStrap.measurement }.forEach { peripheral.setNotifyValue(true, for: $0) }
    }

    public func peripheral(_ peripheral: CBPeripheral, didUpdateValueFor characteristic: CBCharacteristic, error: Error?) {
        guard let flaneur, flaneur.mayFeel("wearable") else { return stop() }
        if let value = characteristic.value, characteristic.uuid == HeartRateStrap.measurement { flaneur.heartRate(value) }
    }
}
